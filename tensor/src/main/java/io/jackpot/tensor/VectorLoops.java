package io.jackpot.tensor;

import java.util.function.IntConsumer;

/** The loops over rows and elements that all cores share. */
interface VectorLoops {
  Workers workers();

  /** See {@link Workers#eachRow}. */
  default void eachRow(int rows, int dim, IntConsumer body) {
    workers().eachRow(rows, dim, body);
  }

  /** See {@link Workers#eachPiece}. */
  default void eachPiece(int size, Workers.Piece body) {
    workers().eachPiece(size, body);
  }

  /** See {@link Workers#run}. */
  default void eachTask(int tasks, IntConsumer body) {
    workers().run(tasks, body);
  }
}
