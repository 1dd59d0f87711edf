package io.jackpot.tensor;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Matrix products of row-major {@code float[]} matrices without gaps between rows, packed and
 * blocked for the caches (Goto and van de Geijn, 2008). {@code accumulate} adds to the output
 * instead of overwriting it.
 *
 * <p>Every element of the output is summed in an order that depends on the length of the sum alone
 * ({@link #tn}: on the shape), so the bits are the same for any number of threads, and in {@link
 * #nt} and {@link #nn} a row's bits do not depend on which other rows are there.
 *
 * <p>One product at a time: the packing buffers are kept from call to call.
 */
final class Gemm {
  private static final int ROWS = GemmTile.ROWS;
  private static final int COLUMNS = GemmTile.COLUMNS;

  /** Longest piece of a sum: a panel of either factor then stays in the L1 or L2 cache. */
  static final int MAX_K = 512;

  /** Most rows of the left factor a task packs at a time: with MAX_K some 0.9 MB of L2 cache. */
  private static final int MAX_ROW_PANELS = 448 / ROWS;

  /** Most columns of the right factor packed at a time: with MAX_K 2 MB. */
  private static final int MAX_COLUMNS = 1024;

  /** Fewest multiply-adds, or numbers to pack, for which a second thread pays. */
  static final long PARALLEL_WORK = 1 << 18;

  static final int PARALLEL_PACKING = 1 << 14;

  /** Largest output whose sums {@link #tn} cuts into pieces, most pieces, and shortest piece. */
  private static final int MAX_CUT_OUTPUT = 1 << 18;

  private static final int MAX_PIECES = 16;
  private static final int MIN_PIECE = 256;

  private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

  private final Workers workers;
  private float[] packedRight = {};
  private float[] pieces = {};

  Gemm(Workers workers) {
    this.workers = workers;
  }

  /** y (+)= x · wᵀ: {@code x [m, k], w [n, k] → y [m, n]}. */
  void nt(
      float[] x,
      int xAt,
      float[] w,
      int wAt,
      float[] y,
      int yAt,
      int m,
      int n,
      int k,
      boolean accumulate) {
    GemmFactor left = new GemmFactor(x, xAt, k, true);
    GemmFactor right = new GemmFactor(w, wAt, k, true);
    multiply(left, right, new Output(y, yAt, m, n), k, accumulate);
  }

  /** dx (+)= dy · w: {@code dy [m, n], w [n, k] → dx [m, k]}. */
  void nn(
      float[] dy,
      int dyAt,
      float[] w,
      int wAt,
      float[] dx,
      int dxAt,
      int m,
      int n,
      int k,
      boolean accumulate) {
    GemmFactor left = new GemmFactor(dy, dyAt, n, true);
    GemmFactor right = new GemmFactor(w, wAt, k, false);
    multiply(left, right, new Output(dx, dxAt, m, k), n, accumulate);
  }

  /**
   * dw (+)= dyᵀ · x: {@code dy [m, n], x [m, k] → dw [n, k]}. The output is small and the sums
   * long, so they are cut into pieces for the threads to share.
   */
  void tn(
      float[] dy,
      int dyAt,
      float[] x,
      int xAt,
      float[] dw,
      int dwAt,
      int m,
      int n,
      int k,
      boolean accumulate) {
    GemmFactor left = new GemmFactor(dy, dyAt, n, false);
    GemmFactor right = new GemmFactor(x, xAt, k, false);
    Output output = new Output(dw, dwAt, n, k);
    int count = Math.min(Integer.highestOneBit(m / MIN_PIECE), MAX_PIECES);
    if (count > 1 && (long) n * k <= MAX_CUT_OUTPUT && k <= MAX_COLUMNS) {
      multiplyInPieces(left, right, output, m, count, accumulate);
    } else {
      multiply(left, right, output, m, accumulate);
    }
  }

  /** The output of a product: {@code [rows, columns]}. */
  private record Output(float[] data, int at, int rows, int columns) {}

  /** The packing buffers of one thread, and a tile for the edges of the output. */
  private static final class Buffers {
    float[] left = {};
    float[] right = {};
    final float[] tile = new float[ROWS * COLUMNS];
  }

  private void multiply(
      GemmFactor left, GemmFactor right, Output output, int k, boolean accumulate) {
    int rows = output.rows();
    if (k == 0 && !accumulate) {
      Arrays.fill(output.data(), output.at(), output.at() + rows * output.columns(), 0);
    }
    int threads = (long) rows * output.columns() * k < PARALLEL_WORK ? 1 : workers.threads();
    int rowPanels = panels(rows, ROWS);
    int step = Math.clamp(rowPanels / (8 * threads), 1, MAX_ROW_PANELS) * ROWS;
    int rowTasks = panels(rows, step);
    for (int j0 = 0; j0 < output.columns(); j0 += MAX_COLUMNS) {
      int firstColumn = j0;
      int columns = Math.min(MAX_COLUMNS, output.columns() - j0);
      // With few rows the threads share the columns too, and each packs the rows for itself.
      int columnTasks =
          threads == 1 ? 1 : Math.min(panels(2 * threads, rowTasks), panels(columns, COLUMNS));
      int columnStep = panels(panels(columns, COLUMNS), columnTasks) * COLUMNS;
      int pieceLength = pieceLength(k, MAX_K);
      for (int k0 = 0; k0 < k; k0 += pieceLength) {
        int first = k0;
        int length = Math.min(pieceLength, k - k0);
        boolean add = accumulate || k0 > 0;
        packRight(right, firstColumn, columns, first, length, threads);
        workers.run(
            rowTasks * columnTasks,
            task -> {
              int row = task / columnTasks * step;
              int column = task % columnTasks * columnStep;
              multiplyRows(
                  left,
                  row,
                  Math.min(step, rows - row),
                  first,
                  length,
                  right,
                  packedRight,
                  column * length,
                  output,
                  firstColumn + column,
                  Math.min(columnStep, columns - column),
                  add);
            });
      }
    }
  }

  /**
   * The sum of k products in pieces of equal length, the last one shorter; the length depends on k
   * and the longest one alone.
   */
  static int pieceLength(int k, int longest) {
    int count = Math.max(panels(k, longest), 1);
    return Math.max(panels(panels(k, count), 16) * 16, 16);
  }

  private static int panels(int size, int width) {
    return (size + width - 1) / width;
  }

  private void packRight(GemmFactor right, int column, int columns, int k0, int k, int threads) {
    int panels = panels(columns, COLUMNS);
    packedRight = atLeast(packedRight, panels * COLUMNS * k);
    float[] to = packedRight;
    int tasks = threads == 1 || panels * COLUMNS * k < PARALLEL_PACKING ? 1 : panels;
    int step = panels(panels, tasks);
    workers.run(
        tasks,
        task ->
            packPanels(
                right,
                column,
                columns,
                task * step,
                Math.min(panels, (task + 1) * step),
                k0,
                k,
                to));
  }

  private static void packPanels(
      GemmFactor right,
      int column,
      int columns,
      int fromPanel,
      int toPanel,
      int k0,
      int k,
      float[] to) {
    for (int panel = fromPanel; panel < toPanel; panel++) {
      int first = panel * COLUMNS;
      int lines = Math.min(COLUMNS, columns - first);
      if (!right.isPanel(lines, COLUMNS)) {
        right.pack(column + first, lines, k0, k, COLUMNS, to, first * k);
      }
    }
  }

  private static float[] atLeast(float[] buffer, int size) {
    return buffer.length >= size ? buffer : new float[size];
  }

  /** A block of rows of the output: packs the left factor, the right one is packed already. */
  private static void multiplyRows(
      GemmFactor left,
      int row,
      int rows,
      int k0,
      int k,
      GemmFactor right,
      float[] packedRight,
      int rightAt,
      Output output,
      int column,
      int columns,
      boolean add) {
    Buffers buffers = BUFFERS.get();
    int rowPanels = panels(rows, ROWS);
    buffers.left = atLeast(buffers.left, rowPanels * ROWS * k + GemmTile.LANES);
    float[] packedLeft = buffers.left;
    for (int i = 0; i < rows; i += ROWS) {
      if (!left.isPanel(rows - i, ROWS)) {
        left.pack(row + i, Math.min(ROWS, rows - i), k0, k, ROWS, packedLeft, i * k);
      }
    }
    int stride = output.columns();
    for (int j = 0; j < columns; j += COLUMNS) {
      boolean rightInPlace = right.isPanel(columns - j, COLUMNS);
      float[] b = rightInPlace ? right.data() : packedRight;
      int bAt = rightInPlace ? right.place(column + j, k0) : rightAt + j * k;
      int bStep = rightInPlace ? right.stride() : COLUMNS;
      for (int i = 0; i < rows; i += ROWS) {
        boolean leftInPlace = left.isPanel(rows - i, ROWS);
        float[] a = leftInPlace ? left.data() : packedLeft;
        int aAt = leftInPlace ? left.place(row + i, k0) : i * k;
        int aStep = leftInPlace ? left.stride() : ROWS;
        int at = output.at() + (row + i) * stride + column + j;
        if (rows - i >= ROWS && columns - j >= COLUMNS) {
          GemmTile.multiply(k, a, aAt, aStep, b, bAt, bStep, output.data(), at, stride, add);
        } else {
          GemmTile.multiply(k, a, aAt, aStep, b, bAt, bStep, buffers.tile, 0, COLUMNS, false);
          storeEdge(
              buffers.tile,
              output.data(),
              at,
              stride,
              Math.min(ROWS, rows - i),
              Math.min(COLUMNS, columns - j),
              add);
        }
      }
    }
  }

  static void storeEdge(
      float[] tile, float[] to, int toAt, int stride, int rows, int columns, boolean add) {
    int whole = columns / GemmTile.LANES * GemmTile.LANES;
    for (int i = 0; i < rows; i++) {
      int from = i * COLUMNS;
      int at = toAt + i * stride;
      for (int j = 0; j < whole; j += GemmTile.LANES) {
        FloatVector sum = FloatVector.fromArray(GemmTile.SPECIES, tile, from + j);
        if (add) {
          sum = sum.add(FloatVector.fromArray(GemmTile.SPECIES, to, at + j));
        }
        sum.intoArray(to, at + j);
      }
      for (int j = whole; j < columns; j++) {
        to[at + j] = add ? tile[from + j] + to[at + j] : tile[from + j];
      }
    }
  }

  private void multiplyInPieces(
      GemmFactor left, GemmFactor right, Output output, int k, int count, boolean accumulate) {
    int rows = output.rows();
    int columns = output.columns();
    int size = rows * columns;
    int length = panels(k, count);
    pieces = atLeast(pieces, count * size);
    float[] sums = pieces;
    workers.run(
        count,
        piece -> {
          Output part = new Output(sums, piece * size, rows, columns);
          int end = Math.min(k, (piece + 1) * length);
          for (int k0 = piece * length; k0 < end; k0 += MAX_K) {
            multiplyAlone(left, right, part, k0, Math.min(MAX_K, end - k0), k0 > piece * length);
          }
        });
    int tasks = panels(size, 1 << 13);
    int step = panels(size, tasks);
    workers.run(
        tasks,
        task ->
            addPieces(
                sums,
                count,
                size,
                task * step,
                Math.min(size, (task + 1) * step),
                output,
                accumulate));
  }

  /** One piece of the sums, on this thread. */
  private static void multiplyAlone(
      GemmFactor left, GemmFactor right, Output output, int k0, int k, boolean add) {
    Buffers buffers = BUFFERS.get();
    int columns = output.columns();
    int columnPanels = panels(columns, COLUMNS);
    buffers.right = atLeast(buffers.right, columnPanels * COLUMNS * k);
    float[] packedRight = buffers.right;
    packPanels(right, 0, columns, 0, columnPanels, k0, k, packedRight);
    int step = MAX_ROW_PANELS * ROWS;
    for (int row = 0; row < output.rows(); row += step) {
      multiplyRows(
          left,
          row,
          Math.min(step, output.rows() - row),
          k0,
          k,
          right,
          packedRight,
          0,
          output,
          0,
          columns,
          add);
    }
  }

  /**
   * Adds the pieces up, the first one first, for the elements from {@code begin} to {@code end}.
   */
  private static void addPieces(
      float[] sums, int count, int size, int begin, int end, Output output, boolean accumulate) {
    float[] to = output.data();
    int lanes = GemmTile.LANES;
    int whole = begin + (end - begin) / lanes * lanes;
    for (int i = begin; i < whole; i += lanes) {
      FloatVector sum = FloatVector.fromArray(GemmTile.SPECIES, sums, i);
      for (int piece = 1; piece < count; piece++) {
        sum = sum.add(FloatVector.fromArray(GemmTile.SPECIES, sums, piece * size + i));
      }
      if (accumulate) {
        sum = sum.add(FloatVector.fromArray(GemmTile.SPECIES, to, output.at() + i));
      }
      sum.intoArray(to, output.at() + i);
    }
    for (int i = whole; i < end; i++) {
      float sum = sums[i];
      for (int piece = 1; piece < count; piece++) {
        sum += sums[piece * size + i];
      }
      to[output.at() + i] = accumulate ? sum + to[output.at() + i] : sum;
    }
  }
}
