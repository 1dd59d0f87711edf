package io.jackpot.transformer;

import io.jackpot.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The forward pass of a model from the embedding to the final norm, with its activations. */
final class Forward {

  /** The activations that stay until the next pass. */
  enum Keep {
    /** All that a backward pass reads. */
    ALL,
    /** The input of each block, from which the backward pass computes the rest again. */
    BLOCK_INPUTS,
    /** The result alone. */
    RESULT
  }

  private final ModelConfig config;
  private final List<Block> blocks = new ArrayList<>();
  private final List<Buffer> outputs = new ArrayList<>();
  private final Buffer embedded = new Buffer();
  private final Buffer hidden;
  private final Buffer hiddenRms;

  Forward(ModelConfig config, Keep keep) {
    this.config = config;
    for (int layer = 0; layer < config.layers(); layer++) {
      boolean shared = keep != Keep.ALL && layer > 0;
      blocks.add(shared ? blocks.getFirst() : new Block(config, keep != Keep.RESULT));
      outputs.add(keep == Keep.RESULT ? embedded : new Buffer());
    }
    hidden = keep == Keep.RESULT ? blocks.getFirst().inputNormed : new Buffer();
    hiddenRms = keep == Keep.RESULT ? blocks.getFirst().inputRms : new Buffer();
  }

  /** {@code ids [tokens] → hidden [tokens, hiddenSize]}, valid until the next pass. */
  Tensor run(Block.Pass pass, Weights<Matrix> weights, int[] ids) {
    int tokens = pass.positions().length;
    weights.embedding().embed(pass.ops(), ids, input(0, tokens));
    pass.ops().blockEnd();
    for (int layer = 0; layer < blocks.size(); layer++) {
      block(pass, layer, weights, tokens);
      pass.ops().blockEnd();
    }
    Tensor y = hidden.of(tokens, config.hiddenSize());
    Tensor x = input(blocks.size(), tokens);
    pass.ops().rmsNormForward(x, weights.norm(), config.rmsNormEpsilon(), y, rms(tokens));
    return y;
  }

  /** Runs the pass again and stops at the first activation that is not finite; see {@link #run}. */
  Optional<String> firstNonFinite(Block.Pass pass, Weights<Matrix> weights, int[] ids) {
    int tokens = pass.positions().length;
    weights.embedding().embed(pass.ops(), ids, input(0, tokens));
    if (!input(0, tokens).isFinite()) {
      return Optional.of("model.embed_tokens");
    }
    for (int layer = 0; layer < blocks.size(); layer++) {
      block(pass, layer, weights, tokens);
      Optional<String> module = block(layer).firstNonFinite(input(layer + 1, tokens));
      if (module.isPresent()) {
        return Optional.of("model.layers." + layer + "." + module.get());
      }
    }
    Tensor y = hidden.of(tokens, config.hiddenSize());
    Tensor x = input(blocks.size(), tokens);
    pass.ops().rmsNormForward(x, weights.norm(), config.rmsNormEpsilon(), y, rms(tokens));
    return y.isFinite() ? Optional.empty() : Optional.of("model.norm");
  }

  /** Computes the block {@code layer} from its input, which is there. */
  void block(Block.Pass pass, int layer, Weights<Matrix> weights, int tokens) {
    Tensor y = input(layer + 1, tokens);
    block(layer).forward(pass, layer, weights.layers().get(layer), input(layer, tokens), y);
  }

  Block block(int layer) {
    return blocks.get(layer);
  }

  /** {@code [tokens, hiddenSize]}: the input of a block, or after the last one, of the norm. */
  Tensor input(int layer, int tokens) {
    Buffer buffer = layer == 0 ? embedded : outputs.get(layer - 1);
    return buffer.of(tokens, config.hiddenSize());
  }

  /** {@code [tokens]}, saved by the final norm. */
  Tensor rms(int tokens) {
    return hiddenRms.of(tokens);
  }
}
