package io.jackpot.tensor;

import java.util.Arrays;

/**
 * y = x · wᵀ with a {@link PackedMatrix} w, for few rows as well as for many. Panels of fewer bits
 * become float32 piece by piece in the cache. An element is summed in an order that depends on the
 * length of the sum and the type alone, so the bits of a row do not depend on which other rows are
 * there; for float32 they are those of {@link Gemm#nt}.
 *
 * <p>One product at a time: the packed rows are kept from call to call.
 */
final class PackedGemm {
  static final int COLUMNS = GemmTile.COLUMNS;
  private static final int ROWS = GemmTile.ROWS;

  /** Rows worked on together, so that they stay in the L2 cache. */
  private static final int MAX_ROWS = 384 / ROWS * ROWS;

  /** Longest piece of a sum where a panel is made float32: 32 KB of it. */
  private static final int MAX_DECODED = 256;

  private static final ThreadLocal<float[]> TILE =
      ThreadLocal.withInitial(() -> new float[ROWS * COLUMNS]);

  private final Workers workers;
  private float[] left = {};

  PackedGemm(Workers workers) {
    this.workers = workers;
  }

  /** The panels of {@code w}. */
  PackedMatrix pack(Tensor w, WeightType type) {
    int rows = w.rows();
    int cols = w.cols();
    PackedMatrix packed = new PackedMatrix(rows, cols, type, COLUMNS);
    GemmFactor factor = new GemmFactor(w.data(), 0, cols, true);
    workers.run(
        packed.panels(),
        panel -> {
          float[] panelFloats = Scratch.floats(0, cols * COLUMNS);
          int first = panel * COLUMNS;
          int lines = Math.min(COLUMNS, rows - first);
          factor.pack(first, lines, 0, cols, COLUMNS, panelFloats, 0);
          for (int col = 0; lines < COLUMNS && col < cols; col++) {
            Arrays.fill(panelFloats, col * COLUMNS + lines, (col + 1) * COLUMNS, 0);
          }
          packed.encode(panel, panelFloats);
        });
    return packed;
  }

  /** {@code x [m, k] → y [m, n]}, both from a place on in their arrays. */
  void multiply(float[] x, int xAt, int m, PackedMatrix w, float[] y, int yAt) {
    for (int row = 0; row < m; row += MAX_ROWS) {
      int rows = Math.min(MAX_ROWS, m - row);
      multiplyRows(x, xAt + row * w.cols(), rows, w, y, yAt + row * w.rows());
    }
  }

  /** Rows of a tile: those that are left, in as few tiles as waste little. */
  private static int height(int left) {
    return left == 1 ? 1 : left > 8 || ROWS < 8 ? ROWS : 4;
  }

  private void multiplyRows(float[] x, int xAt, int m, PackedMatrix w, float[] y, int yAt) {
    int k = w.cols();
    int threads = (long) m * w.rows() * k < Gemm.PARALLEL_WORK ? 1 : workers.threads();
    int blocks = packLeft(x, xAt, m, k, threads);
    int columnTasks = Math.min(w.panels(), threads == 1 ? 1 : 8 * threads);
    int rowTasks = threads == 1 ? 1 : Math.min(blocks, Math.ceilDiv(4 * threads, columnTasks));
    workers.run(
        columnTasks * rowTasks,
        task -> {
          int column = task / rowTasks;
          int row = task % rowTasks;
          int toPanel = (int) ((long) w.panels() * (column + 1) / columnTasks);
          int fromBlock = blocks * row / rowTasks;
          int toBlock = blocks * (row + 1) / rowTasks;
          for (int panel = (int) ((long) w.panels() * column / columnTasks);
              panel < toPanel;
              panel++) {
            multiplyPanel(x, xAt, m, w, panel, fromBlock, toBlock, y, yAt);
          }
        });
  }

  /**
   * Packs the rows of x for the tiles.
   *
   * @return how many tiles there are below each other
   */
  private int packLeft(float[] x, int xAt, int m, int k, int threads) {
    int size = ROWS * k + GemmTile.LANES;
    int blocks = 0;
    for (int row = 0; row < m; row += height(m - row)) {
      blocks++;
    }
    if (left.length < blocks * size) {
      left = new float[blocks * size];
    }
    float[] to = left;
    GemmFactor factor = new GemmFactor(x, xAt, k, true);
    int tasks = threads == 1 || m * k < Gemm.PARALLEL_PACKING ? 1 : blocks;
    int step = Math.ceilDiv(blocks, tasks);
    int count = blocks;
    workers.run(
        tasks,
        task -> {
          for (int block = task * step; block < Math.min(count, (task + 1) * step); block++) {
            int row = firstRow(block, m);
            int height = height(m - row);
            if (height > 1) {
              factor.pack(row, Math.min(height, m - row), 0, k, height, to, block * size);
            }
          }
        });
    return blocks;
  }

  /** First row of a tile: all but the last ones are {@link #ROWS} high. */
  private static int firstRow(int block, int m) {
    int row = Math.min(block, m / ROWS) * ROWS;
    for (int i = m / ROWS; i < block; i++) {
      row += height(m - row);
    }
    return row;
  }

  private void multiplyPanel(
      float[] x,
      int xAt,
      int m,
      PackedMatrix w,
      int panel,
      int fromBlock,
      int toBlock,
      float[] y,
      int yAt) {
    int k = w.cols();
    int n = w.rows();
    boolean decoded = w.type() != WeightType.F32;
    int piece = Gemm.pieceLength(k, decoded ? MAX_DECODED : Gemm.MAX_K);
    float[] right = decoded ? Scratch.floats(0, piece * COLUMNS) : w.floats();
    int columns = Math.min(COLUMNS, n - panel * COLUMNS);
    if (decoded && m == 1) {
      multiplyRow(x, xAt, w, panel, piece, columns, y, yAt + panel * COLUMNS);
      return;
    }
    for (int k0 = 0; k0 < k; k0 += piece) {
      int length = Math.min(piece, k - k0);
      int rightAt = decoded ? 0 : w.place(panel, k0);
      if (decoded) {
        decode(w, panel, w.place(panel, k0), length * COLUMNS, right);
      }
      for (int block = fromBlock; block < toBlock; block++) {
        int row = firstRow(block, m);
        int height = height(m - row);
        float[] a = height == 1 ? x : left;
        int aAt =
            height == 1 ? xAt + row * k + k0 : block * (ROWS * k + GemmTile.LANES) + k0 * height;
        int at = yAt + row * n + panel * COLUMNS;
        int rows = Math.min(height, m - row);
        boolean add = k0 > 0;
        if (rows == height && columns == COLUMNS) {
          GemmTile.multiply(height, length, a, aAt, height, right, rightAt, COLUMNS, y, at, n, add);
        } else {
          float[] tile = TILE.get();
          GemmTile.multiply(
              height, length, a, aAt, height, right, rightAt, COLUMNS, tile, 0, COLUMNS, false);
          Gemm.storeEdge(tile, y, at, n, rows, columns, add);
        }
      }
    }
  }

  /** A single row does not pay for making the panel float32 first. */
  private static void multiplyRow(
      float[] x, int xAt, PackedMatrix w, int panel, int piece, int columns, float[] y, int at) {
    int k = w.cols();
    boolean whole = columns == COLUMNS;
    float[] to = whole ? y : TILE.get();
    int toAt = whole ? at : 0;
    for (int k0 = 0; k0 < k; k0 += piece) {
      int length = Math.min(piece, k - k0);
      int from = w.place(panel, k0);
      boolean add = k0 > 0;
      if (w.type() == WeightType.BF16) {
        CodeTile.bfloat16(length, x, xAt + k0, w.halves(), from, to, toAt, add);
      } else {
        float[] scales = w.scales();
        int scaleAt = panel * COLUMNS;
        CodeTile.int8(length, x, xAt + k0, w.bytes(), from, scales, scaleAt, to, toAt, add);
      }
    }
    if (!whole) {
      System.arraycopy(to, 0, y, at, columns);
    }
  }

  private static void decode(PackedMatrix w, int panel, int at, int count, float[] to) {
    if (w.type() == WeightType.BF16) {
      VectorCodes.bfloat16(w.halves(), at, count, to);
    } else {
      VectorCodes.int8(w.bytes(), at, count, w.scales(), panel * COLUMNS, to);
    }
  }
}
