package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Shape;
import java.util.Set;

/** The stored tensors of a model, under their Hugging Face names. */
interface WeightSource extends AutoCloseable {
  /** Names of all tensors. */
  Set<String> names();

  /**
   * The shape of a tensor.
   *
   * @throws InputException if there is no such tensor
   */
  Shape shape(String name);

  /**
   * A tensor as its file stores it, readable until this is closed.
   *
   * @throws InputException if there is no such tensor, or its type is not supported
   */
  StoredTensor stored(String name);

  /** Unmaps the files. */
  @Override
  void close();
}
