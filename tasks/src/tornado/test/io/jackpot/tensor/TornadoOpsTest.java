package io.jackpot.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.tasks.Covers;
import io.jackpot.tasks.TestDevice;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** TornadoOps keeps the contracts, on the machine's device. */
@Covers({
  "AttentionKernels.backward",
  "AttentionKernels.delta",
  "AttentionKernels.forward",
  "DecodeKernels.decode",
  "ElementwiseKernels.adamW",
  "ElementwiseKernels.add",
  "ElementwiseKernels.addBias",
  "ElementwiseKernels.cacheAppend",
  "ElementwiseKernels.copy",
  "ElementwiseKernels.gatherRows",
  "ElementwiseKernels.rope",
  "ElementwiseKernels.scatterRows",
  "ElementwiseKernels.swiglu",
  "ElementwiseKernels.swigluBackward",
  "ElementwiseKernels.zero",
  "HeadKernels.compare",
  "HeadKernels.gather",
  "HeadKernels.gradient",
  "HeadKernels.sample",
  "HeadKernels.statistics",
  "MatmulKernels.matmul",
  "RowKernels.addListed",
  "RowKernels.addPartials",
  "RowKernels.columnPartials",
  "RowKernels.gainPartials",
  "RowKernels.listedPartials",
  "RowKernels.rmsNorm",
  "RowKernels.rmsNormBackward",
  "RowKernels.squares",
})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TornadoOpsTest
    implements MatmulContract,
        RowsContract,
        AttentionContract,
        HeadContract,
        ElementwiseContract,
        OptimizerContract {
  private final Set<String> before = new TreeSet<>();
  private final Set<Method> tests = new HashSet<>();

  @BeforeAll
  void rememberWhatHasRun() {
    before.addAll(TestDevice.launched());
  }

  @AfterEach
  void remember(TestInfo test) {
    tests.add(test.getTestMethod().orElseThrow());
  }

  @Override
  public List<float[]> run(Function<Ops, List<float[]>> body) {
    return body.apply(TestDevice.ops());
  }

  /** Sums are taken in float32. */
  @Override
  public double slack() {
    return 2;
  }

  /** What has run is claimed above, and what is claimed has run where all tests have. */
  @AfterAll
  void theKernelsThatRanAreThoseCovered() {
    Set<String> covered = Set.of(TornadoOpsTest.class.getAnnotation(Covers.class).value());
    Set<String> launched = new TreeSet<>(TestDevice.launched());
    launched.removeAll(before);
    assertThat(covered).containsAll(launched);
    long all =
        Stream.of(TornadoOpsTest.class.getMethods())
            .filter(method -> AnnotationSupport.isAnnotated(method, Testable.class))
            .count();
    if (tests.size() == all) {
      assertThat(TestDevice.launched()).containsAll(covered);
    }
  }
}
