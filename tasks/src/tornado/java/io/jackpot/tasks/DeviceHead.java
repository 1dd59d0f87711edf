package io.jackpot.tasks;

import io.jackpot.tasks.DeviceMemory.Region;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tasks.TornadoOps.Matrix;
import io.jackpot.tasks.TornadoOps.Orientation;
import io.jackpot.tensor.Distillation;
import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadComparison;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The fused LM head on the device. Logits exist for a block of rows and a chunk of the vocabulary at
 * a time; what is known of a row is brought up to date chunk by chunk.
 */
final class DeviceHead {
  /** Logits that exist at the same time, for each of at most two heads. */
  static final int BUDGET = 1 << 24;

  /** Rows of a block where a chunk is not the whole vocabulary. */
  private static final int BLOCK_ROWS = 4096;

  private final Recorder recorder;
  private final TornadoOps.Product product;
  private final int budget;
  private final int blockRows;

  DeviceHead(Recorder recorder, TornadoOps.Product product) {
    this(recorder, product, BUDGET, BLOCK_ROWS);
  }

  /**
   * @param budget logits that exist at the same time
   * @param blockRows rows of a block where a chunk is not the whole vocabulary
   */
  DeviceHead(Recorder recorder, TornadoOps.Product product, int budget, int blockRows) {
    this.recorder = recorder;
    this.product = product;
    this.budget = budget;
    this.blockRows = blockRows;
  }

  /** How a head is cut up: blocks of at most {@code rows}, chunks of at most {@code cols}. */
  private record Cut(int tokens, int vocabulary, int rows, int cols) {
    int rowsFrom(int row) {
      return Math.min(rows, tokens - row);
    }

    int colsFrom(int id) {
      return Math.min(cols, vocabulary - id);
    }

    boolean isWhole() {
      return cols == vocabulary;
    }
  }

  private Cut cut(Head head) {
    int rows = Math.min(head.tokens(), Math.max(blockRows, budget / head.vocabulary()));
    int cols = Math.max(1, budget / Math.max(1, rows));
    if (cols >= 64) {
      cols = cols / 64 * 64;
    }
    return new Cut(head.tokens(), head.vocabulary(), rows, Math.min(head.vocabulary(), cols));
  }

  /** A head's tensors on the device. */
  private final class Placed {
    final Region hidden;
    final Region weight;
    final int dim;
    final float scale;

    Placed(Head head) {
      hidden = recorder.region(head.hidden(), Role.ACTIVATION);
      weight = recorder.region(head.weight(), Role.WEIGHT);
      dim = head.hidden().cols();
      scale = 1 / head.temperature();
    }

    Matrix rows(int row) {
      return new Matrix(hidden, row * dim);
    }

    Matrix ids(int id) {
      return new Matrix(weight, id * dim);
    }

    /** logits [rows, cols] of a block and a chunk. */
    void logits(Region logits, int at, int row, int rows, int id, int cols) {
      product.of(
          Orientation.NT,
          rows(row),
          ids(id),
          new Matrix(logits, at),
          rows,
          cols,
          dim,
          false,
          scale);
    }
  }

  /** The rows' numbers and their top k, as {@link HeadTasks} describes them. */
  private final class Rows {
    final Region state;
    final Region top;
    final int k;
    final int half;

    Rows(int tokens, int k) {
      this.k = k;
      this.half = tokens * 2 * k;
      this.state = recorder.scratch(tokens * HeadTasks.STATE);
      this.top = recorder.scratch(2 * half);
    }

    /** Brings a block up to date by a chunk of its logits. */
    void update(Region logits, Cut cut, int row, int id, int actionsAt) {
      int rows = cut.rowsFrom(row);
      int cols = cut.colsFrom(id);
      recorder.launch(
          HeadKernels.STATISTICS,
          new Region[] {logits, state},
          rows,
          logits.offset,
          state.offset + row * HeadTasks.STATE,
          cols,
          id,
          actionsAt < 0 ? -1 : actionsAt + row);
      if (k > 0) {
        int list = id / cut.cols & 1;
        int at = top.offset + row * 2 * k;
        recorder.launch(
            HeadKernels.TOP_K,
            new Region[] {logits, top},
            rows,
            logits.offset,
            id == 0 ? -1 : at + (1 - list) * half,
            at + list * half,
            cols,
            id,
            k);
      }
    }

    /** Finishes in double what the device has summed. */
    void finish(Cut cut, int @Nullable [] actions, double @Nullable [] uniforms, HeadStatistics out) {
      int tokens = cut.tokens;
      float[] numbers = new float[tokens * HeadTasks.STATE];
      recorder.read(state, 0, numbers, numbers.length);
      float[] lists = new float[half];
      if (k > 0) {
        int list = (cut.vocabulary - 1) / cut.cols & 1;
        recorder.read(top, list * half, lists, half);
      }
      for (int n = 0; n < tokens; n++) {
        int at = n * HeadTasks.STATE;
        double max = numbers[at + HeadTasks.MAX];
        double sum = numbers[at + HeadTasks.SUM];
        double lse = max + Math.log(sum);
        int action;
        double logit = numbers[at + HeadTasks.ACTION_LOGIT];
        if (actions != null) {
          action = actions[n];
        } else if (uniforms != null && uniforms[n] < 0) {
          action = (int) numbers[at + HeadTasks.BEST];
          logit = max;
        } else if (numbers[at + HeadTasks.SAMPLED] >= 0) {
          action = (int) numbers[at + HeadTasks.SAMPLED];
        } else {
          action = Math.max(0, (int) numbers[at + HeadTasks.LAST]);
          logit = numbers[at + HeadTasks.LAST_LOGIT];
        }
        out.action()[n] = action;
        out.logProb()[n] = (float) (logit - lse);
        out.logSumExp()[n] = (float) lse;
        out.entropy()[n] = (float) (Math.log(sum) - numbers[at + HeadTasks.WEIGHTED] / sum);
        for (int i = 0; i < k; i++) {
          float id = lists[n * 2 * k + i];
          out.topIds()[n * k + i] = id < cut.vocabulary ? (int) id : 0;
          out.topLogProbs()[n * k + i] = (float) (lists[n * 2 * k + k + i] - lse);
        }
      }
    }
  }

  void forward(Head head, int[] actions, HeadStatistics out) {
    if (head.tokens() == 0) {
      return;
    }
    Cut cut = cut(head);
    Placed placed = new Placed(head);
    Rows known = new Rows(cut.tokens, out.k());
    Region logits = recorder.scratch(cut.rows * cut.cols);
    int actionsAt = recorder.ids(actions, cut.tokens);
    for (int row = 0; row < cut.tokens; row += cut.rows) {
      for (int id = 0; id < cut.vocabulary; id += cut.cols) {
        placed.logits(logits, 0, row, cut.rowsFrom(row), id, cut.colsFrom(id));
        known.update(logits, cut, row, id, actionsAt);
        recorder.blockEnd();
      }
    }
    known.finish(cut, actions, null, out);
  }

  void sample(Head head, double[] uniforms, HeadStatistics out) {
    if (head.tokens() == 0) {
      return;
    }
    Cut cut = cut(head);
    Placed placed = new Placed(head);
    Rows known = new Rows(cut.tokens, out.k());
    Region logits = recorder.scratch(cut.rows * cut.cols);
    float[] floats = new float[cut.tokens];
    for (int n = 0; n < cut.tokens; n++) {
      floats[n] = (float) uniforms[n];
    }
    int uniformsAt = recorder.input(floats, cut.tokens);
    for (int row = 0; row < cut.tokens; row += cut.rows) {
      for (int id = 0; id < cut.vocabulary; id += cut.cols) {
        placed.logits(logits, 0, row, cut.rowsFrom(row), id, cut.colsFrom(id));
        known.update(logits, cut, row, id, -1);
        recorder.blockEnd();
      }
      for (int id = 0; id < cut.vocabulary; id += cut.cols) {
        if (!cut.isWhole()) {
          placed.logits(logits, 0, row, cut.rowsFrom(row), id, cut.colsFrom(id));
        }
        recorder.launch(
            HeadKernels.SAMPLE,
            new Region[] {logits, recorder.inputs(), known.state},
            cut.rowsFrom(row),
            logits.offset,
            uniformsAt + row,
            known.state.offset + row * HeadTasks.STATE,
            cut.colsFrom(id),
            id);
        recorder.blockEnd();
      }
    }
    known.finish(cut, null, uniforms, out);
  }

  void gather(Head head, float[] logSumExp, int[] ids, int count, float[] logProbs) {
    if (ids.length == 0) {
      return;
    }
    Placed placed = new Placed(head);
    Region out = recorder.scratch(ids.length);
    recorder.launch(
        HeadKernels.GATHER,
        new Region[] {placed.hidden, placed.weight, out},
        new int[] {
          placed.hidden.offset,
          placed.weight.offset,
          out.offset,
          recorder.ids(ids, ids.length),
          count,
          placed.dim
        },
        new float[] {placed.scale},
        new int[] {ids.length, 1, 1});
    float[] logits = new float[ids.length];
    recorder.read(out, 0, logits, ids.length);
    for (int i = 0; i < ids.length; i++) {
      logProbs[i] =
          ids[i] < 0
              ? Float.NEGATIVE_INFINITY
              : (float) ((double) logits[i] - logSumExp[i / count]);
    }
  }

  void compare(
      Head p, float[] pLogSumExp, Head q, float[] qLogSumExp, float lambda, HeadComparison out) {
    if (p.tokens() == 0) {
      return;
    }
    Cut cut = cut(p);
    Placed first = new Placed(p);
    Placed second = new Placed(q);
    int size = cut.rows * cut.cols;
    Region logits = recorder.scratch(2 * size);
    Region sums = recorder.scratch(cut.tokens * 3);
    int pAt = recorder.input(pLogSumExp, cut.tokens);
    int qAt = recorder.input(qLogSumExp, cut.tokens);
    for (int row = 0; row < cut.tokens; row += cut.rows) {
      int rows = cut.rowsFrom(row);
      for (int id = 0; id < cut.vocabulary; id += cut.cols) {
        int cols = cut.colsFrom(id);
        first.logits(logits, 0, row, rows, id, cols);
        second.logits(logits, size, row, rows, id, cols);
        recorder.launch(
            HeadKernels.COMPARE,
            new Region[] {logits, recorder.inputs(), sums},
            new int[] {
              logits.offset,
              logits.offset + size,
              sums.offset + row * 3,
              cols,
              id,
              pAt + row,
              qAt + row
            },
            new float[] {lambda},
            new int[] {rows, 1, 1});
        recorder.blockEnd();
      }
    }
    float[] values = new float[cut.tokens * 3];
    recorder.read(sums, 0, values, values.length);
    for (int n = 0; n < cut.tokens; n++) {
      out.klPQ()[n] = values[n * 3];
      out.klQP()[n] = values[n * 3 + 1];
      out.overlap()[n] = values[n * 3 + 2];
    }
  }

  void backward(
      Head head,
      HeadStatistics statistics,
      float[] coefficient,
      @Nullable Distillation distillation,
      Tensor dHidden,
      Tensor dWeight) {
    if (head.tokens() == 0) {
      return;
    }
    Cut cut = cut(head);
    Placed placed = new Placed(head);
    Region to = recorder.region(dHidden, Role.ACTIVATION);
    Region weightTo = recorder.region(dWeight, Role.GRADIENT);
    Region logits = recorder.scratch(cut.rows * cut.cols);
    Teacher teacher = distillation == null ? null : new Teacher(distillation, cut);
    int actionsAt = recorder.ids(statistics.action(), cut.tokens);
    int lseAt = recorder.input(statistics.logSumExp(), cut.tokens);
    int coefficientAt = recorder.input(coefficient, cut.tokens);
    for (int row = 0; row < cut.tokens; row += cut.rows) {
      int rows = cut.rowsFrom(row);
      for (int id = 0; id < cut.vocabulary; id += cut.cols) {
        int cols = cut.colsFrom(id);
        placed.logits(logits, 0, row, rows, id, cols);
        int[] args = {
          logits.offset, lseAt + row, coefficientAt + row, actionsAt + row, cols, id, rows * cols
        };
        if (teacher == null) {
          recorder.launch(
              HeadKernels.GRADIENT,
              new Region[] {recorder.inputs(), logits},
              args,
              new float[] {placed.scale},
              new int[] {ElementwiseKernels.groups(rows * cols), 1, 1});
        } else {
          teacher.gradient(logits, args, row, rows, id, cols, placed.scale);
        }
        Matrix gradient = Matrix.of(logits);
        product.of(
            Orientation.NN,
            gradient,
            placed.ids(id),
            new Matrix(to, row * placed.dim),
            rows,
            placed.dim,
            cols,
            id > 0,
            1);
        product.of(
            Orientation.TN,
            gradient,
            placed.rows(row),
            new Matrix(weightTo, id * placed.dim),
            cols,
            placed.dim,
            rows,
            true,
            1);
        recorder.blockEnd();
      }
    }
  }

  /** The head that another is drawn to. */
  private final class Teacher {
    private final Placed placed;
    private final Region logits;
    private final int direction;
    private final int lseAt;
    private final int weightAt;
    private final int divergenceAt;

    Teacher(Distillation distillation, Cut cut) {
      placed = new Placed(distillation.teacher());
      logits = recorder.scratch(cut.rows * cut.cols);
      lseAt = recorder.input(distillation.teacherLogSumExp(), cut.tokens);
      weightAt = recorder.input(distillation.weight(), cut.tokens);
      boolean reverse = distillation.direction() == Distillation.Direction.REVERSE;
      direction = reverse ? 1 : 0;
      divergenceAt = reverse ? recorder.input(distillation.divergence(), cut.tokens) : 0;
    }

    void gradient(
        Region student, int[] args, int row, int rows, int id, int cols, float studentScale) {
      placed.logits(logits, 0, row, rows, id, cols);
      int[] all = Arrays.copyOf(args, args.length + 4);
      all[args.length] = logits.offset;
      all[args.length + 1] = lseAt + row;
      all[args.length + 2] = weightAt + row;
      all[args.length + 3] = divergenceAt + row;
      recorder.launch(
          HeadKernels.DISTILLED_GRADIENT,
          new Region[] {logits, recorder.inputs(), student},
          all,
          new float[] {studentScale},
          new int[] {ElementwiseKernels.groups(rows * cols), 1, 1},
          direction);
    }
  }
}
