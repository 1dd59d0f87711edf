package io.jackpot.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The fused head never holds a {@code [tokens, vocabulary]} tensor: forward, comparison and
 * backward with distillation pass in a heap that is too small for that tensor alone. What is needed
 * does not grow with the tokens, so the tests take as few as make the tensor too large; {@code
 * -Dhead.tokens=8192}, where it would have 5 GB, takes half a minute of CPU time.
 */
class HeadMemoryTest {
  @Test
  void theHeadsOfAJointStepStayUnderOneGigabyte() throws Exception {
    assumeThat(OpsLookup.refusal()).isEmpty();
    List<String> flags =
        List.of("--add-modules", "jdk.incubator.vector", "-Xmx300m", "-XX:+UseParallelGC");
    List<String> lines =
        ChildJvm.run(flags, HeadMemoryProbe.class, System.getProperty("head.tokens", "512"));
    assertThat(Double.parseDouble(lines.getFirst())).isNegative();
    if (lines.size() > 1) {
      long peakKilobytes = Long.parseLong(lines.get(1));
      assertThat(peakKilobytes).isLessThan(1_000_000);
    }
  }
}
