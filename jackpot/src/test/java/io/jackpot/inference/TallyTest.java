package io.jackpot.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.transformer.Sampler;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TallyTest {
  @Test
  void missingResponsesAreAllOthers() {
    Random random = new Random(1);
    for (int run = 0; run < 100; run++) {
      boolean[] has = new boolean[3 * 7];
      for (int i = random.nextInt(22); i > 0; i--) {
        has[random.nextInt(has.length)] = true;
      }
      int[] have = IntStream.range(0, has.length).filter(i -> has[i]).toArray();
      List<Sampler.Request> expected =
          IntStream.range(0, has.length)
              .filter(i -> !has[i])
              .mapToObj(i -> new Sampler.Request(i / 3, i % 3))
              .toList();
      assertThat(Tally.missing(have, 3, has.length)).isEqualTo(expected);
    }
  }

  /** A list of numbers of them would take 8 GB. */
  @Test
  void billionsOfMissingResponsesTakeNoMemory() {
    int all = Integer.MAX_VALUE;
    List<Sampler.Request> missing = Tally.missing(new int[] {0, 5}, all, all);
    assertThat(missing).size().isEqualTo(all - 2);
    assertThat(missing.getFirst()).isEqualTo(new Sampler.Request(0, 1));
    assertThat(missing.get(4)).isEqualTo(new Sampler.Request(0, 6));
    assertThat(missing.getLast()).isEqualTo(new Sampler.Request(0, all - 1));
    assertThat(Sampler.requests(1, all).getLast()).isEqualTo(new Sampler.Request(0, all - 1));
  }

  /** The loop over the right responses must end although no int is above the largest. */
  @Test
  void passOfAsManySamplesAsThereCanBe() {
    int all = Integer.MAX_VALUE;
    assertThat(Tally.passAtK(all, 1, 1)).isCloseTo(1.0 / all, within(1e-12));
  }
}
