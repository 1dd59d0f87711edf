package io.jackpot.tasks;

import io.jackpot.tasks.DeviceMemory.Region;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tasks.HeadChunks.Chunk;
import io.jackpot.tasks.HeadChunks.Extent;
import io.jackpot.tensor.Checks;
import io.jackpot.tensor.Distillation;
import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadComparison;
import io.jackpot.tensor.HeadLoss;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.ScalarOps;
import io.jackpot.tensor.Tensor;
import io.jackpot.tensor.TopK;
import java.util.Arrays;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The fused LM head on the device: launches of {@link HeadKernels} and {@link
 * HeadStatisticsKernels}, in the pieces of {@link HeadChunks}. A row's results are kept beside its
 * logits and grow chunk by chunk.
 */
interface DeviceHead extends DeviceOps {
  HeadChunks pieces();

  /** Logits of a chunk. */
  int BUDGET = 1 << 24;

  /** Ids of one launch of {@link HeadKernels#OVERLAP}. */
  int MOST_IDS = 1 << 18;

  int MOST_COLUMN_GROUPS = 64;

  private int input(float[] values, int from, int count) {
    return recorder().input(Arrays.copyOfRange(values, from, from + count), count);
  }

  private int ids(int[] values, int from, int count) {
    return recorder().ids(Arrays.copyOfRange(values, from, from + count), count);
  }

  private static int stride(HeadStatistics out) {
    return HeadStatisticsKernels.HEADER + 2 * out.k();
  }

  private void statistics(Region y, Region state, Chunk chunk, HeadStatistics out, int actionsAt) {
    recorder()
        .prepare(HeadStatisticsKernels.STATISTICS)
        .operand(HeadStatisticsKernels.LOGITS, y)
        .operand(HeadStatisticsKernels.STATE, state, state.offset + chunk.row() * stride(out))
        .arg(HeadStatisticsKernels.ACTIONS, actionsAt)
        .arg(HeadStatisticsKernels.STRIDE, stride(out))
        .arg(HeadStatisticsKernels.COLUMNS, chunk.columns())
        .arg(HeadStatisticsKernels.FROM, chunk.from())
        .arg(HeadStatisticsKernels.K, out.k())
        .record(chunk.rows());
  }

  @Override
  default void headForward(Head head, int[] actions, HeadStatistics out) {
    Checks.statistics("headForward", head, out);
    Checks.actions("headForward", head, actions);
    recorder().begin();
    int tokens = head.tokens();
    if (tokens == 0) {
      return;
    }
    Extent extent = pieces().extent(head);
    Region y = recorder().scratch(extent.size());
    Region state = recorder().scratch(Math.multiplyExact(tokens, stride(out)));
    pieces()
        .blocks(
            extent,
            tokens,
            (row, rows) -> {
              int actionsAt = ids(actions, row, rows);
              pieces()
                  .chunks(
                      extent,
                      row,
                      rows,
                      head.vocabulary(),
                      chunk -> {
                        pieces().logits(head, chunk, y);
                        statistics(y, state, chunk, out, actionsAt);
                      });
            });
    float[] values = read(state, tokens * stride(out));
    for (int n = 0; n < tokens; n++) {
      finish(values, n, actions[n], out);
    }
  }

  @Override
  default void headSample(Head head, double[] uniforms, HeadStatistics out) {
    Checks.headSample(head, uniforms, out);
    recorder().begin();
    int tokens = head.tokens();
    if (tokens == 0) {
      return;
    }
    Extent extent = pieces().samplingExtent(head);
    boolean whole = extent.columns() == head.vocabulary();
    Region y = recorder().scratch(extent.size());
    Region state = recorder().scratch(Math.multiplyExact(tokens, stride(out)));
    pieces()
        .blocks(
            extent,
            tokens,
            (row, rows) -> {
              float[] thresholds = new float[rows];
              for (int i = 0; i < rows; i++) {
                thresholds[i] = (float) uniforms[row + i];
              }
              int uniformsAt = recorder().input(thresholds, rows);
              if (!whole) {
                pieces()
                    .chunks(
                        extent,
                        row,
                        rows,
                        head.vocabulary(),
                        chunk -> {
                          pieces().logits(head, chunk, y);
                          statistics(y, state, chunk, out, -1);
                        });
              }
              pieces()
                  .chunks(
                      extent,
                      row,
                      rows,
                      head.vocabulary(),
                      chunk -> {
                        pieces().logits(head, chunk, y);
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
    recorder()
        .prepare(HeadStatisticsKernels.SAMPLE)
        .operand(HeadStatisticsKernels.LOGITS, y)
        .operand(HeadStatisticsKernels.UNIFORMS, recorder().inputs(), uniformsAt)
        .operand(HeadStatisticsKernels.STATE, state, state.offset + chunk.row() * stride(out))
        .arg(HeadStatisticsKernels.STRIDE, stride(out))
        .arg(HeadStatisticsKernels.COLUMNS, chunk.columns())
        .arg(HeadStatisticsKernels.FROM, chunk.from())
        .record(chunk.rows());
  }

  private float[] read(Region region, int count) {
    float[] values = new float[count];
    recorder().read(region, 0, values, count);
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
      out.topLogProbs()[n * k + i] =
          (float) (states[at + HeadStatisticsKernels.HEADER + i] - logSumExp);
      out.topIds()[n * k + i] = (int) states[at + HeadStatisticsKernels.HEADER + k + i];
    }
  }

  /** On the heap: only models that sample with rounded weights need it, and they run on the CPU. */
  @Override
  default void headGather(Head head, float[] logSumExp, int[] ids, float[] logProbs) {
    new ScalarOps().headGather(head, logSumExp, ids, logProbs);
  }

  @Override
  default void headOverlap(
      Head p,
      float[] pLogSumExp,
      Head q,
      float[] qLogSumExp,
      TopK topQ,
      int[] otherIds,
      double lambda,
      double[] overlap) {
    Checks.headOverlap(p, pLogSumExp, q, qLogSumExp, topQ, otherIds, lambda, overlap);
    recorder().begin();
    int tokens = p.tokens();
    if (tokens == 0) {
      return;
    }
    int k = topQ.k();
    int others = otherIds.length / tokens;
    int dim = p.hidden().cols();
    int otherDim = q.hidden().cols();
    Region hidden = pieces().hidden(p);
    Region weight = pieces().weight(p);
    Region otherHidden = pieces().hidden(q);
    Region otherWeight = pieces().weight(q);
    Region out = recorder().scratch(tokens);
    int rows = Math.max(1, MOST_IDS / (k + others + 2));
    for (int row = 0; row < tokens; row += rows) {
      recorder().makeRoom();
      int length = Math.min(rows, tokens - row);
      recorder()
          .prepare(HeadKernels.OVERLAP)
          .operand(HeadKernels.HIDDEN, hidden, hidden.offset + row * dim)
          .operand(HeadKernels.WEIGHT, weight)
          .operand(HeadKernels.OTHER_HIDDEN, otherHidden, otherHidden.offset + row * otherDim)
          .operand(HeadKernels.OTHER_WEIGHT, otherWeight)
          .operand(HeadKernels.LOG_SUM_EXP, recorder().inputs(), input(pLogSumExp, row, length))
          .operand(HeadKernels.OUT, out, out.offset + row)
          .arg(HeadKernels.OTHER_LOG_SUM_EXP, input(qLogSumExp, row, length))
          .arg(HeadKernels.NUMBERS, input(topQ.logProbs(), row * k, length * k))
          .arg(HeadKernels.IDS, ids(topQ.ids(), row * k, length * k))
          .arg(HeadKernels.OTHER_IDS, ids(otherIds, row * others, length * others))
          .arg(HeadKernels.COUNT, k)
          .arg(HeadKernels.OTHER_COUNT, others)
          .arg(HeadKernels.DIM, dim)
          .arg(HeadKernels.OTHER_DIM, otherDim)
          .scalar(HeadKernels.SCALE, 1 / p.temperature())
          .scalar(HeadKernels.OTHER_SCALE, 1 / q.temperature())
          .scalar(HeadKernels.LAMBDA, (float) lambda)
          .record(length);
    }
    float[] sums = read(out, tokens);
    for (int n = 0; n < tokens; n++) {
      overlap[n] = sums[n];
    }
  }

  @Override
  default void headCompare(
      Head p, float[] pLogSumExp, Head q, float[] qLogSumExp, float lambda, HeadComparison out) {
    Checks.headCompare(p, pLogSumExp, q, qLogSumExp, lambda, out);
    recorder().begin();
    int tokens = p.tokens();
    if (tokens == 0) {
      return;
    }
    Extent extent = pieces().extent(p);
    Region pLogits = recorder().scratch(extent.size());
    Region qLogits = recorder().scratch(extent.size());
    Region state = recorder().scratch(tokens * HeadKernels.COMPARED);
    pieces()
        .blocks(
            extent,
            tokens,
            (row, rows) -> {
              int pLogSumExpAt = input(pLogSumExp, row, rows);
              int qLogSumExpAt = input(qLogSumExp, row, rows);
              pieces()
                  .chunks(
                      extent,
                      row,
                      rows,
                      p.vocabulary(),
                      chunk -> {
                        pieces().logits(p, chunk, pLogits);
                        pieces().logits(q, chunk, qLogits);
                        recorder()
                            .prepare(HeadKernels.COMPARE)
                            .operand(HeadKernels.LOGITS, pLogits)
                            .operand(HeadKernels.OTHER_LOGITS, qLogits)
                            .operand(HeadKernels.LOG_SUM_EXP, recorder().inputs(), pLogSumExpAt)
                            .operand(
                                HeadKernels.STATE, state, state.offset + row * HeadKernels.COMPARED)
                            .arg(HeadKernels.OTHER_LOG_SUM_EXP, qLogSumExpAt)
                            .arg(HeadKernels.COLUMNS, chunk.columns())
                            .arg(HeadKernels.FROM, chunk.from())
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

  @Override
  default void headBackward(
      Head head, HeadStatistics statistics, HeadLoss loss, Tensor dHidden, Tensor dWeight) {
    Checks.headBackward(head, statistics, loss, dHidden, dWeight);
    recorder().begin();
    int tokens = head.tokens();
    if (tokens == 0) {
      return;
    }
    Distillation distillation = loss.distillation();
    int count = loss.idCount(tokens);
    Extent extent = pieces().extent(head).withRows(MOST_IDS / (count + 1));
    Region y = recorder().scratch(extent.size());
    Region teacherLogits = distillation == null ? y : recorder().scratch(extent.size());
    Region hiddenGradient = recorder().region(dHidden, Role.ACTIVATION);
    Region weightGradient = recorder().region(dWeight, Role.GRADIENT);
    pieces()
        .blocks(
            extent,
            tokens,
            (row, rows) -> {
              int actionsAt = ids(statistics.action(), row, rows);
              int numbersAt =
                  recorder()
                      .input(
                          numbers(statistics, loss, count, row, rows),
                          HeadKernels.ROW_NUMBERS * rows);
              BiConsumer<Chunk, Region> addAtIds = addAtIds(head, loss.ids(), row, rows, count);
              pieces()
                  .chunks(
                      extent,
                      row,
                      rows,
                      head.vocabulary(),
                      chunk -> {
                        pieces().logits(head, chunk, y);
                        if (distillation != null) {
                          pieces().logits(distillation.teacher(), chunk, teacherLogits);
                        }
                        recorder()
                            .prepare(HeadKernels.GRADIENT)
                            .operand(HeadKernels.OTHER_LOGITS, teacherLogits)
                            .operand(HeadKernels.NUMBERS, recorder().inputs(), numbersAt)
                            .operand(HeadKernels.LOGITS, y)
                            .arg(HeadKernels.ACTIONS, actionsAt)
                            .arg(HeadKernels.ROWS, rows)
                            .arg(HeadKernels.COLUMNS, chunk.columns())
                            .arg(HeadKernels.FROM, chunk.from())
                            .arg(HeadKernels.DIRECTION, direction(distillation))
                            .scalar(HeadKernels.SCALE, 1 / head.temperature())
                            .record(
                                Math.min(
                                    Math.ceilDiv(chunk.columns(), HeadKernels.GROUP),
                                    MOST_COLUMN_GROUPS),
                                rows,
                                1);
                        addAtIds.accept(chunk, y);
                        pieces().addGradients(head, chunk, y, hiddenGradient, weightGradient);
                      });
            });
  }

  /** Adds what single ids have to the gradients of a chunk of these rows. */
  private BiConsumer<Chunk, Region> addAtIds(
      Head head, HeadLoss.@Nullable Ids ids, int row, int rows, int count) {
    if (ids == null || count == 0) {
      return (chunk, y) -> {};
    }
    int idsAt = ids(ids.ids(), row * count, rows * count);
    int numbersAt = input(ids.coefficient(), row * count, rows * count);
    return (chunk, y) ->
        recorder()
            .prepare(HeadKernels.ADD_AT_IDS)
            .operand(HeadKernels.NUMBERS, recorder().inputs(), numbersAt)
            .operand(HeadKernels.LOGITS, y)
            .arg(HeadKernels.IDS, idsAt)
            .arg(HeadKernels.ROWS, rows)
            .arg(HeadKernels.COUNT, count)
            .arg(HeadKernels.COLUMNS, chunk.columns())
            .arg(HeadKernels.FROM, chunk.from())
            .scalar(HeadKernels.SCALE, 1 / head.temperature())
            .record(Math.ceilDiv(rows * count, HeadKernels.GROUP));
  }

  /** The rows' numbers that {@link HeadKernels#GRADIENT} reads, {@code [ROW_NUMBERS, rows]}. */
  private static float[] numbers(
      HeadStatistics statistics, HeadLoss loss, int count, int row, int rows) {
    float[] numbers = new float[HeadKernels.ROW_NUMBERS * rows];
    put(statistics.logSumExp(), row, numbers, HeadKernels.LOG_SUM_EXPS, rows);
    put(loss.coefficient(), row, numbers, HeadKernels.COEFFICIENTS, rows);
    if (loss.entropyWeight() != null) {
      put(loss.entropyWeight(), row, numbers, HeadKernels.ENTROPY_WEIGHTS, rows);
      put(statistics.entropy(), row, numbers, HeadKernels.ENTROPIES, rows);
    }
    for (int i = 0; loss.ids() != null && i < rows; i++) {
      numbers[HeadKernels.ID_SUMS * rows + i] = loss.ids().sum(row + i, count);
    }
    Distillation distillation = loss.distillation();
    if (distillation != null) {
      put(distillation.teacherLogSumExp(), row, numbers, HeadKernels.TEACHER_LOG_SUM_EXPS, rows);
      put(distillation.weight(), row, numbers, HeadKernels.WEIGHTS, rows);
      if (distillation.direction() == Distillation.Direction.REVERSE) {
        put(distillation.divergence(), row, numbers, HeadKernels.DIVERGENCES, rows);
      }
    }
    return numbers;
  }

  private static void put(float[] values, int row, float[] numbers, int which, int rows) {
    System.arraycopy(values, row, numbers, which * rows, rows);
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
}
