package io.jackpot.tasks;

import io.jackpot.tasks.DeviceMemory.Region;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tasks.Recorder.Outputs;
import io.jackpot.tensor.Tensor;

/**
 * Biases, rows by their ids, rotations and RMSNorm on the device: launches of {@link RowsKernels}.
 */
final class DeviceRows {
  private final Recorder recorder;

  DeviceRows(Recorder recorder) {
    this.recorder = recorder;
  }

  private Region weight(Tensor x) {
    return recorder.region(x, Role.WEIGHT);
  }

  private Region gradient(Tensor x) {
    return recorder.region(x, Role.GRADIENT);
  }

  private Region activation(Tensor x) {
    return recorder.region(x, Role.ACTIVATION);
  }

  void addBias(Tensor bias, Tensor y) {
    recorder
        .prepare(RowsKernels.ADD_BIAS)
        .operand(RowsKernels.X, weight(bias))
        .operand(RowsKernels.Y, activation(y))
        .arg(RowsKernels.COLS, y.cols())
        .arg(RowsKernels.N, y.size())
        .record(ElementwiseKernels.groups(y.size()));
  }

  void addBiasBackward(Tensor dy, Tensor dBias) {
    Region to = gradient(dBias);
    int blocks = Math.ceilDiv(dy.rows(), RowsTasks.ROW_BLOCK);
    Region partials = recorder.scratch(blocks * dy.cols());
    recorder
        .prepare(RowsKernels.COLUMN_PARTIALS)
        .operand(RowsKernels.D_Y, activation(dy))
        .operand(RowsKernels.PARTIALS, partials)
        .arg(RowsKernels.ROWS, dy.rows())
        .arg(RowsKernels.COLS, dy.cols())
        .record(Math.ceilDiv(dy.cols(), RowsKernels.LANES), blocks, 1);
    recorder.addPartials(partials, to, to.offset, blocks, dy.cols(), true);
  }

  void copyRows(Tensor x, int from, Tensor y, int to, int count) {
    Region source = activation(x);
    Region target = activation(y);
    int n = count * x.cols();
    recorder
        .prepare(ElementwiseKernels.COPY)
        .operand(ElementwiseKernels.X, source, source.offset + from * x.cols())
        .operand(ElementwiseKernels.Y, target, target.offset + to * x.cols())
        .arg(ElementwiseKernels.N, n)
        .record(ElementwiseKernels.groups(n));
  }

  void gatherRows(Tensor x, int[] rows, Tensor y) {
    gather(activation(x), rows, y);
  }

  void gatherRowsBackward(Tensor dy, int[] rows, Tensor dx) {
    Region from = activation(dy);
    Region to = activation(dx);
    recorder.zero(to);
    recorder
        .prepare(RowsKernels.SCATTER_ROWS)
        .operand(RowsKernels.D_Y, from)
        .operand(RowsKernels.D_X, to)
        .arg(RowsKernels.ROW_IDS, recorder.ids(rows, dy.rows()))
        .arg(RowsKernels.COLS, dy.cols())
        .arg(RowsKernels.N, dy.size())
        .record(ElementwiseKernels.groups(dy.size()));
  }

  void embeddingForward(int[] ids, Tensor table, Tensor y) {
    gather(weight(table), ids, y);
  }

  private void gather(Region from, int[] rows, Tensor y) {
    recorder
        .prepare(RowsKernels.GATHER_ROWS)
        .operand(RowsKernels.X, from)
        .operand(RowsKernels.Y, activation(y))
        .arg(RowsKernels.ROW_IDS, recorder.ids(rows, y.rows()))
        .arg(RowsKernels.COLS, y.cols())
        .arg(RowsKernels.N, y.size())
        .record(ElementwiseKernels.groups(y.size()));
  }

  /** Sums first short lists of rows of one id, then the lists of each id: no two threads meet. */
  void embeddingBackward(int[] ids, Tensor dy, Tensor dTable) {
    Region from = activation(dy);
    Region to = gradient(dTable);
    IdLists lists = IdLists.of(ids, dy.rows(), RowsTasks.ROW_BLOCK);
    Region partials = recorder.scratch(lists.count() * dy.cols());
    recorder
        .prepare(RowsKernels.LISTED_PARTIALS)
        .operand(RowsKernels.D_Y, from)
        .operand(RowsKernels.PARTIALS, partials)
        .arg(RowsKernels.ORDER, recorder.ids(lists.order(), lists.order().length))
        .arg(RowsKernels.STARTS, recorder.ids(lists.starts(), lists.starts().length))
        .arg(RowsKernels.COLS, dy.cols())
        .record(lists.count());
    recorder
        .prepare(RowsKernels.ADD_LISTED)
        .operand(RowsKernels.PARTIALS, partials)
        .operand(RowsKernels.Y, to)
        .arg(RowsKernels.ROW_IDS, recorder.ids(lists.distinct(), lists.distinct().length))
        .arg(RowsKernels.STARTS, recorder.ids(lists.firstList(), lists.firstList().length))
        .arg(RowsKernels.COLS, dy.cols())
        .record(lists.distinct().length);
  }

  /**
   * @param direction 1, or −1 for the inverse
   */
  void rope(Tensor x, int[] positions, Tensor cos, Tensor sin, int direction) {
    int pairs = x.size() / 2;
    Region rotated = activation(x);
    recorder
        .prepare(RowsKernels.ROPE)
        .operand(RowsKernels.COS, weight(cos))
        .operand(RowsKernels.SIN, weight(sin))
        .operand(RowsKernels.X, rotated)
        .arg(RowsKernels.POSITIONS, recorder.ids(positions, x.dim(0)))
        .arg(RowsKernels.HEADS, x.dim(1))
        .arg(RowsKernels.HALF, x.dim(2) / 2)
        .arg(RowsKernels.DIRECTION, direction)
        .arg(RowsKernels.N, pairs)
        .record(ElementwiseKernels.groups(pairs));
  }

  void rmsNormForward(Tensor x, Tensor gain, float epsilon, Tensor y, Tensor inverseRms) {
    Region from = activation(x);
    Region by = weight(gain);
    Region to = activation(y);
    Region rms = activation(inverseRms);
    Outputs out = recorder.outputs(to, rms);
    recorder
        .prepare(RowsKernels.RMS_NORM)
        .operand(RowsKernels.X, from)
        .operand(RowsKernels.GAIN, by)
        .outputs(RowsKernels.Y, RowsKernels.RMS, out)
        .arg(RowsKernels.COLS, x.cols())
        .scalar(RowsKernels.EPSILON, epsilon)
        .record(x.rows());
    recorder.settle(out, to, rms);
  }

  void rmsNormBackward(
      Tensor dy,
      Tensor x,
      Tensor gain,
      Tensor inverseRms,
      Tensor dx,
      Tensor dGain,
      boolean accumulate) {
    Region gradient = activation(dy);
    Region from = activation(x);
    Region by = weight(gain);
    Region rms = activation(inverseRms);
    Region to = activation(dx);
    Region gainGradient = gradient(dGain);
    int rows = x.rows();
    int dim = x.cols();
    int blocks = Math.ceilDiv(rows, RowsTasks.ROW_BLOCK);
    Region partials = recorder.scratch(blocks * dim);
    recorder
        .prepare(RowsKernels.GAIN_PARTIALS)
        .operand(RowsKernels.D_Y, gradient)
        .operand(RowsKernels.X, from)
        .operand(RowsKernels.RMS, rms)
        .operand(RowsKernels.PARTIALS, partials)
        .arg(RowsKernels.ROWS, rows)
        .arg(RowsKernels.COLS, dim)
        .record(Math.ceilDiv(dim, RowsKernels.LANES), blocks, 1);
    recorder.addPartials(partials, gainGradient, gainGradient.offset, blocks, dim, true);
    recorder
        .prepare(RowsKernels.RMS_NORM_BACKWARD)
        .operand(RowsKernels.D_Y, gradient)
        .operand(RowsKernels.X, from)
        .operand(RowsKernels.GAIN, by)
        .operand(RowsKernels.RMS, rms)
        .operand(RowsKernels.D_X, to)
        .arg(RowsKernels.COLS, dim)
        .arg(RowsKernels.KEEP, accumulate)
        .record(rows);
  }
}
