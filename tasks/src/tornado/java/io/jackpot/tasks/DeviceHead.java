package io.jackpot.tasks;

import io.jackpot.tasks.DeviceMemory.Region;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tasks.MatrixProduct.Matmul;
import io.jackpot.tasks.MatrixProduct.Matrix;
import io.jackpot.tasks.MatrixProduct.Orientation;
import io.jackpot.tensor.Distillation;
import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadComparison;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The fused LM head on the device: launches of {@link HeadKernels} and {@link
 * HeadStatisticsKernels}. It works on blocks of rows, and of each on one chunk of the vocabulary
 * after another; only the logits of a chunk exist at a time. A row's results are kept beside them
 * and grow chunk by chunk. Each chunk is a graph of its own, so that a graph serves any number of
 * them.
 */
final class DeviceHead {
  /** Logits of a chunk. */
  static final int BUDGET = 1 << 24;

  /** Most rows of a block: enough for a product to be worth reading the weights for. */
  private static final int MOST_ROWS = 4096;

  /** Rows and columns of a chunk are multiples of a product's tile where they can be. */
  private static final int TILE = MatmulKernels.TILE;

  /** Log-probs of one launch of {@link HeadKernels#GATHER}. */
  private static final int MOST_IDS = 1 << 18;

  private static final int MOST_COLUMN_GROUPS = 64;

  private final Recorder recorder;
  private final MatrixProduct product;
  private final int budget;

  /**
   * @param budget logits of a chunk, at least a tile's width
   */
  DeviceHead(Recorder recorder, MatrixProduct product, int budget) {
    this.recorder = recorder;
    this.product = product;
    this.budget = budget;
  }

  /** Rows of a block and ids of a chunk. */
  private record Extent(int rows, int columns) {
    int size() {
      return rows * columns;
    }
  }

  private Extent extent(Head head) {
    int rows = Math.min(Math.min(head.tokens(), MOST_ROWS), Math.max(1, budget / TILE));
    if ((long) rows * head.vocabulary() <= budget) {
      return new Extent(rows, head.vocabulary());
    }
    return new Extent(rows, Math.min(head.vocabulary(), budget / rows / TILE * TILE));
  }

  /** Whole rows where a tile of them fits: what is sampled from them need not be computed again. */
  private Extent samplingExtent(Head head) {
    int rows = budget / head.vocabulary() / TILE * TILE;
    return rows == 0
        ? extent(head)
        : new Extent(Math.min(Math.min(head.tokens(), MOST_ROWS), rows), head.vocabulary());
  }

  /** A block of rows on one chunk of the vocabulary. */
  private record Chunk(int row, int rows, int from, int columns) {}

  /** The work on a chunk. */
  @FunctionalInterface
  private interface Body {
    void run(Chunk chunk);
  }

  private void chunks(Extent extent, int row, int rows, int vocabulary, Body body) {
    for (int from = 0; from < vocabulary; from += extent.columns) {
      body.run(new Chunk(row, rows, from, Math.min(extent.columns, vocabulary - from)));
      recorder.blockEnd();
    }
  }

  /** The work on a block of {@code rows} rows from {@code row} on. */
  @FunctionalInterface
  private interface Block {
    void run(int row, int rows);
  }

  private void blocks(Extent extent, int tokens, Block body) {
    recorder.blockEnd();
    for (int row = 0; row < tokens; row += extent.rows) {
      recorder.makeRoom();
      body.run(row, Math.min(extent.rows, tokens - row));
    }
  }

  private Region hidden(Head head) {
    return recorder.region(head.hidden(), Role.ACTIVATION);
  }

  private Region weight(Head head) {
    return recorder.region(head.weight(), Role.WEIGHT);
  }

  /** Temperature-scaled logits of a chunk, {@code [rows, columns]}. */
  private void logits(Head head, Chunk chunk, Region y) {
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

  private int input(float[] values, int from, int count) {
    return recorder.input(Arrays.copyOfRange(values, from, from + count), count);
  }

  private int ids(int[] values, int from, int count) {
    return recorder.ids(Arrays.copyOfRange(values, from, from + count), count);
  }

  private static int stride(HeadStatistics out) {
    return HeadStatisticsKernels.HEADER + 2 * out.k();
  }

  private void statistics(Region y, Region state, Chunk chunk, HeadStatistics out, int actionsAt) {
    recorder
        .prepare(HeadStatisticsKernels.STATISTICS)
        .operand(HeadStatisticsKernels.LOGITS, y)
        .operand(HeadStatisticsKernels.STATE, state, state.offset + chunk.row * stride(out))
        .arg(HeadStatisticsKernels.ACTIONS, actionsAt)
        .arg(HeadStatisticsKernels.STRIDE, stride(out))
        .arg(HeadStatisticsKernels.COLUMNS, chunk.columns)
        .arg(HeadStatisticsKernels.FROM, chunk.from)
        .arg(HeadStatisticsKernels.K, out.k())
        .record(chunk.rows);
  }

  void forward(Head head, int[] actions, HeadStatistics out) {
    int tokens = head.tokens();
    if (tokens == 0) {
      return;
    }
    Extent extent = extent(head);
    Region y = recorder.scratch(extent.size());
    Region state = recorder.scratch(Math.multiplyExact(tokens, stride(out)));
    blocks(
        extent,
        tokens,
        (row, rows) -> {
          int actionsAt = ids(actions, row, rows);
          chunks(
              extent,
              row,
              rows,
              head.vocabulary(),
              chunk -> {
                logits(head, chunk, y);
                statistics(y, state, chunk, out, actionsAt);
              });
        });
    float[] values = read(state, tokens * stride(out));
    for (int n = 0; n < tokens; n++) {
      finish(values, n, actions[n], out);
    }
  }

  void sample(Head head, double[] uniforms, HeadStatistics out) {
    int tokens = head.tokens();
    if (tokens == 0) {
      return;
    }
    Extent extent = samplingExtent(head);
    boolean whole = extent.columns == head.vocabulary();
    Region y = recorder.scratch(extent.size());
    Region state = recorder.scratch(Math.multiplyExact(tokens, stride(out)));
    blocks(
        extent,
        tokens,
        (row, rows) -> {
          float[] thresholds = new float[rows];
          for (int i = 0; i < rows; i++) {
            thresholds[i] = (float) uniforms[row + i];
          }
          int uniformsAt = recorder.input(thresholds, rows);
          if (!whole) {
            chunks(
                extent,
                row,
                rows,
                head.vocabulary(),
                chunk -> {
                  logits(head, chunk, y);
                  statistics(y, state, chunk, out, -1);
                });
          }
          chunks(
              extent,
              row,
              rows,
              head.vocabulary(),
              chunk -> {
                logits(head, chunk, y);
                if (whole) {
                  statistics(y, state, chunk, out, -1);
                }
                choose(y, uniformsAt, state, chunk, out);
              });
        });
    float[] values = read(state, tokens * stride(out));
    for (int n = 0; n < tokens; n++) {
      finish(values, n, (int) values[n * stride(out) + HeadStatisticsKernels.ACTION], out);
    }
  }

  private void choose(Region y, int uniformsAt, Region state, Chunk chunk, HeadStatistics out) {
    recorder
        .prepare(HeadStatisticsKernels.SAMPLE)
        .operand(HeadStatisticsKernels.LOGITS, y)
        .operand(HeadStatisticsKernels.UNIFORMS, recorder.inputs(), uniformsAt)
        .operand(HeadStatisticsKernels.STATE, state, state.offset + chunk.row * stride(out))
        .arg(HeadStatisticsKernels.STRIDE, stride(out))
        .arg(HeadStatisticsKernels.COLUMNS, chunk.columns)
        .arg(HeadStatisticsKernels.FROM, chunk.from)
        .record(chunk.rows);
  }

  private float[] read(Region region, int count) {
    float[] values = new float[count];
    recorder.read(region, 0, values, count);
    return values;
  }

  /** Token {@code n}'s statistics from its state, finished in double. */
  private static void finish(float[] states, int n, int action, HeadStatistics out) {
    int at = n * stride(out);
    int k = out.k();
    double sum = states[at + HeadStatisticsKernels.SUM];
    double logSumExp = states[at + HeadStatisticsKernels.MAX] + Math.log(sum);
    out.action()[n] = action;
    out.logProb()[n] = (float) (states[at + HeadStatisticsKernels.ACTION_LOGIT] - logSumExp);
    out.logSumExp()[n] = (float) logSumExp;
    out.entropy()[n] = (float) (Math.log(sum) - states[at + HeadStatisticsKernels.MOMENT] / sum);
    for (int i = 0; i < k; i++) {
      out.topLogProbs()[n * k + i] = (float) (states[at + HeadStatisticsKernels.HEADER + i] - logSumExp);
      out.topIds()[n * k + i] = (int) states[at + HeadStatisticsKernels.HEADER + k + i];
    }
  }

  void gather(Head head, float[] logSumExp, int[] ids, int count, float[] logProbs) {
    if (ids.length == 0) {
      return;
    }
    int dim = head.hidden().cols();
    Region hidden = hidden(head);
    Region weight = weight(head);
    Region out = recorder.scratch(ids.length);
    for (int from = 0; from < ids.length; from += MOST_IDS) {
      recorder.makeRoom();
      int length = Math.min(MOST_IDS, ids.length - from);
      int row = from / count;
      int rows = (from + length - 1) / count - row + 1;
      recorder
          .prepare(HeadKernels.GATHER)
          .operand(HeadKernels.HIDDEN, hidden, hidden.offset + row * dim)
          .operand(HeadKernels.WEIGHT, weight)
          .operand(HeadKernels.LOG_SUM_EXP, recorder.inputs(), input(logSumExp, row, rows))
          .operand(HeadKernels.OUT, out, out.offset + from)
          .arg(HeadKernels.IDS, ids(ids, from, length))
          .arg(HeadKernels.IDS_A_ROW, count)
          .arg(HeadKernels.SKIP, from - row * count)
          .arg(HeadKernels.DIM, dim)
          .arg(HeadKernels.COUNT, length)
          .scalar(HeadKernels.SCALE, 1 / head.temperature())
          .record(Math.ceilDiv(length, HeadKernels.PRODUCTS));
    }
    recorder.read(out, 0, logProbs, ids.length);
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0) {
        logProbs[i] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  void compare(
      Head p, float[] pLogSumExp, Head q, float[] qLogSumExp, float lambda, HeadComparison out) {
    int tokens = p.tokens();
    if (tokens == 0) {
      return;
    }
    Extent extent = extent(p);
    Region pLogits = recorder.scratch(extent.size());
    Region qLogits = recorder.scratch(extent.size());
    Region state = recorder.scratch(tokens * HeadKernels.COMPARED);
    blocks(
        extent,
        tokens,
        (row, rows) -> {
          int pLogSumExpAt = input(pLogSumExp, row, rows);
          int qLogSumExpAt = input(qLogSumExp, row, rows);
          chunks(
              extent,
              row,
              rows,
              p.vocabulary(),
              chunk -> {
                logits(p, chunk, pLogits);
                logits(q, chunk, qLogits);
                recorder
                    .prepare(HeadKernels.COMPARE)
                    .operand(HeadKernels.LOGITS, pLogits)
                    .operand(HeadKernels.OTHER_LOGITS, qLogits)
                    .operand(HeadKernels.LOG_SUM_EXP, recorder.inputs(), pLogSumExpAt)
                    .operand(
                        HeadKernels.STATE, state, state.offset + row * HeadKernels.COMPARED)
                    .arg(HeadKernels.OTHER_LOG_SUM_EXP, qLogSumExpAt)
                    .arg(HeadKernels.COLUMNS, chunk.columns)
                    .arg(HeadKernels.FROM, chunk.from)
                    .scalar(HeadKernels.LAMBDA, lambda)
                    .record(rows);
              });
        });
    float[] values = read(state, tokens * HeadKernels.COMPARED);
    for (int n = 0; n < tokens; n++) {
      int at = n * HeadKernels.COMPARED;
      out.klPQ()[n] = values[at];
      out.klQP()[n] = values[at + 1];
      out.overlap()[n] = values[at + 2];
    }
  }

  void backward(
      Head head,
      HeadStatistics statistics,
      float[] coefficient,
      @Nullable Distillation distillation,
      Tensor dHidden,
      Tensor dWeight) {
    int tokens = head.tokens();
    if (tokens == 0) {
      return;
    }
    Extent extent = extent(head);
    Region y = recorder.scratch(extent.size());
    Region teacherLogits = distillation == null ? y : recorder.scratch(extent.size());
    Region hiddenGradient = recorder.region(dHidden, Role.ACTIVATION);
    Region weightGradient = recorder.region(dWeight, Role.GRADIENT);
    blocks(
        extent,
        tokens,
        (row, rows) -> {
          int actionsAt = ids(statistics.action(), row, rows);
          int numbersAt =
              recorder.input(
                  numbers(statistics, coefficient, distillation, row, rows),
                  HeadKernels.ROW_NUMBERS * rows);
          chunks(
              extent,
              row,
              rows,
              head.vocabulary(),
              chunk -> {
                logits(head, chunk, y);
                if (distillation != null) {
                  logits(distillation.teacher(), chunk, teacherLogits);
                }
                recorder
                    .prepare(HeadKernels.GRADIENT)
                    .operand(HeadKernels.OTHER_LOGITS, teacherLogits)
                    .operand(HeadKernels.NUMBERS, recorder.inputs(), numbersAt)
                    .operand(HeadKernels.LOGITS, y)
                    .arg(HeadKernels.ACTIONS, actionsAt)
                    .arg(HeadKernels.ROWS, rows)
                    .arg(HeadKernels.COLUMNS, chunk.columns)
                    .arg(HeadKernels.FROM, chunk.from)
                    .arg(HeadKernels.DIRECTION, direction(distillation))
                    .scalar(HeadKernels.SCALE, 1 / head.temperature())
                    .record(
                        Math.min(
                            Math.ceilDiv(chunk.columns, HeadKernels.GROUP), MOST_COLUMN_GROUPS),
                        rows,
                        1);
                addGradients(head, chunk, y, hiddenGradient, weightGradient);
              });
        });
  }

  /** The rows' numbers that {@link HeadKernels#GRADIENT} reads, {@code [ROW_NUMBERS, rows]}. */
  private static float[] numbers(
      HeadStatistics statistics,
      float[] coefficient,
      @Nullable Distillation distillation,
      int row,
      int rows) {
    float[] numbers = new float[HeadKernels.ROW_NUMBERS * rows];
    System.arraycopy(
        statistics.logSumExp(), row, numbers, HeadKernels.LOG_SUM_EXPS * rows, rows);
    System.arraycopy(coefficient, row, numbers, HeadKernels.COEFFICIENTS * rows, rows);
    if (distillation != null) {
      System.arraycopy(
          distillation.teacherLogSumExp(),
          row,
          numbers,
          HeadKernels.TEACHER_LOG_SUM_EXPS * rows,
          rows);
      System.arraycopy(distillation.weight(), row, numbers, HeadKernels.WEIGHTS * rows, rows);
      if (distillation.direction() == Distillation.Direction.REVERSE) {
        System.arraycopy(
            distillation.divergence(), row, numbers, HeadKernels.DIVERGENCES * rows, rows);
      }
    }
    return numbers;
  }

  private static int direction(@Nullable Distillation distillation) {
    if (distillation == null) {
      return HeadTasks.NO_DISTILLATION;
    }
    return switch (distillation.direction()) {
      case FORWARD -> HeadTasks.FORWARD;
      case REVERSE -> HeadTasks.REVERSE;
    };
  }

  /** dHidden (+)= G·W and dWeight += Gᵀ·hidden over a chunk's ids, {@code G [rows, columns]}. */
  private void addGradients(Head head, Chunk chunk, Region g, Region dHidden, Region dWeight) {
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
