package io.jackpot.tasks;

import io.jackpot.tasks.DeviceMemory.Region;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tasks.MatrixProduct.Matmul;
import io.jackpot.tasks.MatrixProduct.Matrix;
import io.jackpot.tasks.MatrixProduct.Orientation;
import io.jackpot.tensor.Head;

/**
 * The pieces in which {@link DeviceHead} works: blocks of rows, and of each one chunk of the
 * vocabulary after another, so that only the logits of a chunk exist at a time. Each chunk is a
 * graph of its own, so that a graph serves any number of them.
 */
final class HeadChunks {
  /** Most rows of a block: enough for a product to be worth reading the weights for. */
  private static final int MOST_ROWS = 4096;

  /** Rows and columns of a chunk are multiples of a product's tile where they can be. */
  private static final int TILE = MatmulKernels.TILE;

  private final Recorder recorder;
  private final MatrixProduct product;
  private final int budget;

  /**
   * @param budget logits of a chunk, at least a tile's width
   */
  HeadChunks(Recorder recorder, MatrixProduct product, int budget) {
    this.recorder = recorder;
    this.product = product;
    this.budget = budget;
  }

  /** Rows of a block and ids of a chunk. */
  record Extent(int rows, int columns) {
    int size() {
      return rows * columns;
    }

    /** Of at most {@code most} rows. */
    Extent withRows(int most) {
      return new Extent(Math.max(1, Math.min(rows, most)), columns);
    }
  }

  Extent extent(Head head) {
    int rows = Math.min(Math.min(head.tokens(), MOST_ROWS), Math.max(1, budget / TILE));
    if ((long) rows * head.vocabulary() <= budget) {
      return new Extent(rows, head.vocabulary());
    }
    return new Extent(rows, Math.min(head.vocabulary(), budget / rows / TILE * TILE));
  }

  /** Whole rows where a tile of them fits: their logits need not be computed again to sample. */
  Extent samplingExtent(Head head) {
    int rows = budget / head.vocabulary() / TILE * TILE;
    return rows == 0
        ? extent(head)
        : new Extent(Math.min(Math.min(head.tokens(), MOST_ROWS), rows), head.vocabulary());
  }

  /** A block of rows on one chunk of the vocabulary. */
  record Chunk(int row, int rows, int from, int columns) {}

  /** The work on a chunk. */
  @FunctionalInterface
  interface Body {
    void run(Chunk chunk);
  }

  void chunks(Extent extent, int row, int rows, int vocabulary, Body body) {
    for (int from = 0; from < vocabulary; from += extent.columns) {
      body.run(new Chunk(row, rows, from, Math.min(extent.columns, vocabulary - from)));
      recorder.blockEnd();
    }
  }

  /** The work on a block of {@code rows} rows from {@code row} on. */
  @FunctionalInterface
  interface Block {
    void run(int row, int rows);
  }

  void blocks(Extent extent, int tokens, Block body) {
    recorder.blockEnd();
    for (int row = 0; row < tokens; row += extent.rows) {
      recorder.makeRoom();
      body.run(row, Math.min(extent.rows, tokens - row));
    }
  }

  /** Temperature-scaled logits of a chunk, {@code [rows, columns]}. */
  void logits(Head head, Chunk chunk, Region y) {
    int dim = head.hidden().cols();
    product.record(
        new Matmul(
            Orientation.NT,
            new Matrix(hidden(head), chunk.row * dim),
            new Matrix(weight(head), chunk.from * dim),
            Matrix.of(y),
            chunk.rows,
            chunk.columns,
            dim,
            false,
            1 / head.temperature()));
  }

  Region hidden(Head head) {
    return recorder.region(head.hidden(), Role.ACTIVATION);
  }

  Region weight(Head head) {
    return recorder.region(head.weight(), Role.WEIGHT);
  }

  /** dHidden (+)= G·W and dWeight += Gᵀ·hidden over a chunk's ids, {@code G [rows, columns]}. */
  void addGradients(Head head, Chunk chunk, Region g, Region dHidden, Region dWeight) {
    int dim = head.hidden().cols();
    product.record(
        new Matmul(
            Orientation.NN,
            Matrix.of(g),
            new Matrix(weight(head), chunk.from * dim),
            new Matrix(dHidden, chunk.row * dim),
            chunk.rows,
            dim,
            chunk.columns,
            chunk.from > 0,
            1));
    product.record(
        new Matmul(
            Orientation.TN,
            Matrix.of(g),
            new Matrix(hidden(head), chunk.row * dim),
            new Matrix(dWeight, chunk.from * dim),
            chunk.columns,
            dim,
            chunk.rows,
            true,
            1));
  }
}
