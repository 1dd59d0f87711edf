package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Shape;
import java.util.Set;

/** The tensors of a model in its files, by the names that Hugging Face gives them. */
interface WeightSource extends AutoCloseable {
  /** Names of all tensors. */
  Set<String> names();

  /**
   * @throws InputException if there is no such tensor
   */
  Shape shape(String name);

  /**
   * A tensor as it is in its file, readable until this is closed.
   *
   * @throws InputException if there is no such tensor, or its type is not supported
   */
  StoredTensor stored(String name);

  /** Unmaps the files. */
  @Override
  void close();
}
