package io.jackpot.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.tensor.CacheType;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.OpsLookup;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;
import io.jackpot.tensor.WeightType;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForcedDecodingTest {

  /** Responses of several lengths, to prompts of one id, in every number type. */
  @ParameterizedTest
  @CsvSource({"F32, F32", "BF16, F32", "INT8, F32", "F32, FP8", "BF16, FP8", "INT8, INT8"})
  void givesTheLogProbsThatTheSamplerRecorded(WeightType weights, CacheType cache) {
    try (Ops ops = OpsLookup.open(2)) {
      Model model = TinyModels.model("qwen3");
      Sampler sampler = new Sampler(ops, model, weights, cache);
      Sampler.Options options = new Sampler.Options(1, 12, Set.of(0, 3), 0, 4);
      List<int[]> prompts = List.of(new int[] {1}, new int[] {2}, new int[] {5});
      List<Sample> samples =
          sampler.sample(
              prompts,
              2,
              options,
              (prompt, sample, at) -> (7 * prompt + 3 * sample + at) % 10 / 10.0);
      int[][] sequences = new int[samples.size()][];
      for (int s = 0; s < sequences.length; s++) {
        Sample sample = samples.get(s);
        sequences[s] =
            IntStream.concat(IntStream.of(prompts.get(sample.prompt())), IntStream.of(sample.ids()))
                .toArray();
      }
      assertThat(samples.stream().map(sample -> sample.ids().length).distinct())
          .hasSizeGreaterThan(1);
      Packing packing =
          Packing.ofLengths(
              IntStream.range(0, sequences.length).map(s -> sequences[s].length).toArray());
      int[] ids =
          IntStream.range(0, sequences.length).flatMap(s -> IntStream.of(sequences[s])).toArray();
      ForcedDecoding forced =
          new ForcedDecoding(ops, InferenceModel.of(ops, model, weights), cache);
      Tensor hidden = forced.forward(ids, packing);
      int vocabulary = model.config().vocabularySize();
      Tensor logits = Tensor.zeros(ids.length, vocabulary);
      forced.logits(hidden, logits);
      for (int s = 0; s < sequences.length; s++) {
        float[] recorded = samples.get(s).logProbs();
        for (int t = 0; t < recorded.length; t++) {
          int row = (packing.start(s) + t) * vocabulary;
          double sum =
              IntStream.range(0, vocabulary)
                  .mapToDouble(x -> Math.exp(logits.data()[row + x]))
                  .sum();
          double logProb = logits.data()[row + sequences[s][t + 1]] - Math.log(sum);
          assertThat((double) recorded[t]).isCloseTo(logProb, within(1e-5));
        }
      }
    }
  }
}
