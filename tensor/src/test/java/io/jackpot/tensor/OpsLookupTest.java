package io.jackpot.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.jackpot.input.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On machines that differ from this one, as far as flags of the JVM can make them up. */
class OpsLookupTest {
  private static List<String> probeWithVectors(String... flags)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("--add-modules", "jdk.incubator.vector"));
    all.addAll(List.of(flags));
    return ChildJvm.run(all, OpsProbe.class);
  }

  @Test
  void withoutTheVectorModulePlainLoopsRun() throws Exception {
    assertThat(ChildJvm.run(List.of(), OpsProbe.class))
        .containsExactly(
            "ScalarOps, plain loops on one thread: the module jdk.incubator.vector is not there"
                + " (run with --add-modules jdk.incubator.vector)",
            new ScalarOps().describe(),
            OpsProbe.AGREE);
  }

  /** 32 bytes is AVX2, 16 is NEON. */
  @ParameterizedTest
  @CsvSource({"32, 256", "16, 128"})
  void narrowerVectorsGiveTheSameResults(int bytes, int bits) throws Exception {
    assumeThat(OpsLookup.refusal()).isEmpty();
    assumeThat(VectorMath.SPECIES.vectorByteSize()).isGreaterThanOrEqualTo(bytes);
    assertThat(probeWithVectors("-XX:MaxVectorSize=" + bytes))
        .containsExactly(
            "VectorOps, Vector API with " + bits + "-bit vectors",
            "VectorOps: Vector API, " + bits + "-bit vectors, 2 threads",
            OpsProbe.AGREE);
  }

  @Test
  void withoutAvx512() throws Exception {
    assertThat(probeWithVectors("-XX:+IgnoreUnrecognizedVMOptions", "-XX:UseAVX=2"))
        .endsWith(OpsProbe.AGREE)
        .noneMatch(line -> line.contains("512"));
  }

  /** As on a processor from before 2013, where the Vector API would be slower than plain loops. */
  @Test
  void withoutFusedMultiplyAddPlainLoopsRun() throws Exception {
    assertThat(probeWithVectors("-XX:-UseFMA"))
        .startsWith(
            "ScalarOps, plain loops on one thread: this processor has no fused multiply-add")
        .endsWith(OpsProbe.AGREE);
  }

  @Test
  void whereTheJvmDoesNotCompileVectorsPlainLoopsRun() throws Exception {
    assertThat(probeWithVectors("-XX:+UnlockExperimentalVMOptions", "-XX:-EnableVectorSupport"))
        .startsWith(
            "ScalarOps, plain loops on one thread: this JVM does not compile vectors (run with"
                + " -XX:+UnlockExperimentalVMOptions -XX:+EnableVectorSupport)")
        .endsWith(OpsProbe.AGREE);
  }

  @Test
  void aNegativeNumberOfThreadsIsRefused() {
    assertThatThrownBy(() -> OpsLookup.open(-1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("threads -1");
  }
}
