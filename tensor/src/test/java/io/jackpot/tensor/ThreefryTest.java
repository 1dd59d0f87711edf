package io.jackpot.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ThreefryTest {

  /** The known answers that come with the authors' own library (Random123, threefry2x32 20). */
  @Test
  void equalsThePublishedKnownAnswers() {
    assertThat(Threefry.block(0L, 0, 0)).isEqualTo(words(0x6b200159, 0x99ba4efe));
    assertThat(Threefry.block(-1L, -1, -1)).isEqualTo(words(0x1cb996fc, 0xbb002be7));
    assertThat(Threefry.block(words(0x13198a2e, 0x03707344), 0x243f6a88, 0x85a308d3))
        .isEqualTo(words(0xc4923a9c, 0x483df7a0));
  }

  /** The form that devices compile too, beside the paper's, with rotations as such. */
  @Test
  void equalsTheLiteralAlgorithm() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      long key = random.nextLong();
      int c0 = random.nextInt();
      int c1 = random.nextInt();
      long block = literal(key, c0, c1);
      assertThat(Threefry.block(key, c0, c1)).isEqualTo(block);
      assertThat(Threefry.uniform(key, c0, c1)).isEqualTo((block >>> 11) * 0x1.0p-53);
    }
  }

  private static long literal(long key, int c0, int c1) {
    int[] rotations = {13, 15, 26, 6, 17, 29, 16, 24};
    int[] keys = {(int) key, (int) (key >> 32), 0x1BD11BDA ^ (int) key ^ (int) (key >> 32)};
    int x0 = c0 + keys[0];
    int x1 = c1 + keys[1];
    for (int round = 0; round < 20; round++) {
      x0 += x1;
      x1 = Integer.rotateLeft(x1, rotations[round % 8]) ^ x0;
      if (round % 4 == 3) {
        int group = round / 4 + 1;
        x0 += keys[group % 3];
        x1 += keys[(group + 1) % 3] + group;
      }
    }
    return words(x0, x1);
  }

  @Test
  void theEdgesOfTheUnitInterval() {
    for (long block : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 11, 0x7FF}) {
      assertThat(Threefry.uniform(block)).isEqualTo((block >>> 11) * 0x1.0p-53).isLessThan(1);
    }
  }

  @Test
  void uniformsFillTheUnitInterval() {
    int n = 1 << 16;
    double sum = 0;
    double sumOfSquares = 0;
    float smallest = 1;
    float largest = 0;
    for (int i = 0; i < n; i++) {
      float u = Threefry.uniformFloat(42, i, 7);
      smallest = Math.min(smallest, u);
      largest = Math.max(largest, u);
      sum += u;
      double v = Threefry.uniform(42, i, 8);
      sumOfSquares += v * v;
    }
    assertThat(smallest).isBetween(0f, 1e-3f);
    assertThat(largest).isBetween(0.999f, Math.nextDown(1f));
    assertThat(sum / n).isBetween(0.495, 0.505);
    assertThat(sumOfSquares / n).isBetween(0.328, 0.338);
  }

  @Test
  void boundedIntegersAreUniform() {
    int[] counts = new int[10];
    for (int i = 0; i < 100_000; i++) {
      counts[Threefry.below(3, i, 0, 10)]++;
    }
    for (int count : counts) {
      assertThat(count).isBetween(9_600, 10_400);
    }
  }

  private static long words(int low, int high) {
    return (low & 0xFFFFFFFFL) | ((long) high << 32);
  }
}
