package io.jackpot.tasks;

/**
 * Bodies of the kernels that work on rows: of copies, one element; of sums, a part. A row that is
 * summed has a group of threads; each sums every {@code lanes}-th element, from its own lane on,
 * and the group adds up their sums.
 */
public final class RowsTasks {
  /** Rows that one thread of a column sum takes. */
  public static final int ROW_BLOCK = 64;

  private RowsTasks() {}

  /** y += bias, {@code bias [n], y [m, n]}. */
  public static void addBias(float[] bias, int biasAt, float[] y, int yAt, int n, int i) {
    y[yAt + i] += bias[biasAt + i % n];
  }

  /** {@code y[r] = x[rows[r]]}, rows of {@code dim} elements. */
  public static void gatherRows(
      float[] x, int xAt, int[] rows, int rowsAt, float[] y, int yAt, int dim, int i) {
    int row = i / dim;
    y[yAt + i] = x[xAt + rows[rowsAt + row] * dim + (i - row * dim)];
  }

  /** {@code dx[rows[r]] = dy[r]}, rows of {@code dim} elements. */
  public static void scatterRows(
      float[] dy, int dyAt, int[] rows, int rowsAt, float[] dx, int dxAt, int dim, int i) {
    int row = i / dim;
    dx[dxAt + rows[rowsAt + row] * dim + (i - row * dim)] = dy[dyAt + i];
  }

  /**
   * Turns the pair (j, j + half) of a head by its position's angle; {@code i} counts the pairs of
   * {@code x [tokens, heads, 2 × half]}.
   *
   * @param direction 1, or −1 for the inverse
   */
  public static void rope(
      float[] x,
      int xAt,
      int[] positions,
      int positionsAt,
      float[] cos,
      int cosAt,
      float[] sin,
      int sinAt,
      int heads,
      int half,
      int direction,
      int i) {
    int vector = i / half;
    int j = i - vector * half;
    int angle = positions[positionsAt + vector / heads] * half + j;
    float c = cos[cosAt + angle];
    float s = direction * sin[sinAt + angle];
    int at = xAt + vector * 2 * half + j;
    float first = x[at];
    float second = x[at + half];
    x[at] = first * c - second * s;
    x[at + half] = second * c + first * s;
  }

  /** A lane's part of Σ x². */
  public static float squares(float[] x, int at, int dim, int lane, int lanes) {
    float sum = 0f;
    for (int j = lane; j < dim; j += lanes) {
      sum += x[at + j] * x[at + j];
    }
    return sum;
  }

  /** A lane's part of Σ dy·gain·x, of which RMSNorm's backward takes the mean. */
  public static float gainedDot(
      float[] dy,
      int dyAt,
      float[] gain,
      int gainAt,
      float[] x,
      int xAt,
      int dim,
      int lane,
      int lanes) {
    float sum = 0f;
    for (int j = lane; j < dim; j += lanes) {
      sum += dy[dyAt + j] * gain[gainAt + j] * x[xAt + j];
    }
    return sum;
  }

  /** A lane's part of Σ x·y. */
  public static float dot(float[] x, int xAt, float[] y, int yAt, int dim, int lane, int lanes) {
    float sum = 0f;
    for (int j = lane; j < dim; j += lanes) {
      sum += x[xAt + j] * y[yAt + j];
    }
    return sum;
  }

  /** y = x·r·gain of a lane's elements, r = 1/√(mean square + ε). */
  public static void scaleRow(
      float[] x,
      int xAt,
      float[] gain,
      int gainAt,
      float r,
      float[] y,
      int yAt,
      int dim,
      int lane,
      int lanes) {
    for (int j = lane; j < dim; j += lanes) {
      y[yAt + j] = x[xAt + j] * r * gain[gainAt + j];
    }
  }

  /**
   * dx = r·(dy·gain − x·r²·dot/dim) of a lane's elements, dot = Σ dy·gain·x.
   *
   * @param keep 1 to add to dx, 0 to overwrite it
   */
  public static void rmsNormBackwardRow(
      float[] dy,
      int dyAt,
      float[] x,
      int xAt,
      float[] gain,
      int gainAt,
      float r,
      float dot,
      float[] dx,
      int dxAt,
      int dim,
      int keep,
      int lane,
      int lanes) {
    float pull = r * r * dot / dim;
    for (int j = lane; j < dim; j += lanes) {
      float gradient = r * (dy[dyAt + j] * gain[gainAt + j] - x[xAt + j] * pull);
      float before = 0f;
      if (keep > 0) {
        before = dx[dxAt + j];
      }
      dx[dxAt + j] = before + gradient;
    }
  }

  /** Σ of column {@code j} of dy over a block of rows. */
  public static float columnSum(float[] dy, int at, int rows, int cols, int block, int j) {
    int end = Math.min(rows, (block + 1) * ROW_BLOCK);
    float sum = 0f;
    for (int row = block * ROW_BLOCK; row < end; row++) {
      sum += dy[at + row * cols + j];
    }
    return sum;
  }

  /** Σ dy·x·r of column {@code j} over a block of rows: RMSNorm's gain gradient. */
  public static float gainColumnSum(
      float[] dy,
      int dyAt,
      float[] x,
      int xAt,
      float[] r,
      int rAt,
      int rows,
      int cols,
      int block,
      int j) {
    int end = Math.min(rows, (block + 1) * ROW_BLOCK);
    float sum = 0f;
    for (int row = block * ROW_BLOCK; row < end; row++) {
      sum += dy[dyAt + row * cols + j] * x[xAt + row * cols + j] * r[rAt + row];
    }
    return sum;
  }

  /** Σ over {@code count} partial results, {@code stride} apart. */
  public static float sumPartials(float[] partials, int at, int count, int stride, int i) {
    float sum = 0f;
    for (int p = 0; p < count; p++) {
      sum += partials[at + p * stride + i];
    }
    return sum;
  }

  /** Σ of column {@code j} over the rows that {@code order[from, to)} names. */
  public static float listedSum(
      float[] dy, int dyAt, int[] order, int orderAt, int from, int to, int cols, int j) {
    float sum = 0f;
    for (int i = from; i < to; i++) {
      sum += dy[dyAt + order[orderAt + i] * cols + j];
    }
    return sum;
  }
}
