package io.jackpot.tasks;

import static io.jackpot.tasks.Recorder.operands;

import io.jackpot.devices.Products;
import io.jackpot.tasks.DeviceMemory.Arena;
import io.jackpot.tasks.DeviceMemory.Region;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tasks.MatrixProduct.Matmul;
import io.jackpot.tasks.MatrixProduct.Matrix;
import io.jackpot.tasks.MatrixProduct.Orientation;
import io.jackpot.tasks.Recorder.Outputs;
import io.jackpot.tensor.AdamWStep;
import io.jackpot.tensor.Attention;
import io.jackpot.tensor.Checks;
import io.jackpot.tensor.Distillation;
import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadComparison;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * Every op as kernels of ours on a TornadoVM device. A call only takes down what is to be done; it
 * is done, as compiled task graphs, when a result is needed on the heap. Tensors stay on the
 * device.
 */
public final class TornadoOps implements Ops {
  private static final float[] NO_SCALARS = {};
  private static final double GIBIBYTE = 1 << 30;

  private final TornadoDevice device;
  private final Recorder recorder;
  private final Products products;
  private final MatrixProduct product;
  private final DeviceAttention attention;
  private final DeviceHead head;

  /**
   * @param products how matrices are multiplied
   * @param reserved floats for each role, see {@link DeviceMemory#reserve}; empty for as needed
   */
  TornadoOps(TornadoDevice device, Products products, Map<Role, Long> reserved) {
    this(device, products, reserved, DeviceHead.BUDGET);
  }

  /**
   * @param headBudget logits that the LM head keeps at a time, see {@link DeviceHead}
   */
  TornadoOps(TornadoDevice device, Products products, Map<Role, Long> reserved, int headBudget) {
    this.device = device;
    this.products = products;
    long largest = device.getPhysicalDevice().getDeviceMaxAllocationSize() / Float.BYTES - 64;
    this.recorder = new Recorder(device, reserved, largest);
    this.product = MatrixProduct.of(products, recorder);
    this.attention = new DeviceAttention(recorder);
    this.head = new DeviceHead(recorder, product, headBudget);
  }

  @Override
  public String describe() {
    return String.format(
        Locale.ROOT,
        "TornadoOps: Java kernels on %s (%s), %s, %.1f of %.1f GiB reserved",
        device.getPhysicalDevice().getDeviceName().strip(),
        device.getTornadoVMBackend(),
        products,
        recorder.floats() * Float.BYTES / GIBIBYTE,
        device.getMaxGlobalMemory() / GIBIBYTE);
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

  @Override
  public void matmulNT(Tensor x, Tensor w, Tensor y, boolean accumulate) {
    Checks.matmulNT(x, w, y);
    recorder.begin();
    product(Orientation.NT, activation(x), weight(w), activation(y), y, x.cols(), accumulate);
  }

  @Override
  public void matmulNN(Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    Checks.matmulNN(dy, w, dx);
    recorder.begin();
    product(Orientation.NN, activation(dy), weight(w), activation(dx), dx, dy.cols(), accumulate);
  }

  @Override
  public void matmulTN(Tensor dy, Tensor x, Tensor dw, boolean accumulate) {
    Checks.matmulTN(dy, x, dw);
    recorder.begin();
    product(Orientation.TN, activation(dy), activation(x), gradient(dw), dw, dy.rows(), accumulate);
  }

  private void product(
      Orientation orientation,
      Region a,
      Region b,
      Region y,
      Tensor shape,
      int inner,
      boolean accumulate) {
    product.launch(
        new Matmul(
            orientation,
            Matrix.of(a),
            Matrix.of(b),
            Matrix.of(y),
            shape.rows(),
            shape.cols(),
            inner,
            accumulate,
            1));
  }

  @Override
  public void addBias(Tensor bias, Tensor y) {
    Checks.bias("addBias", bias, y);
    recorder.begin();
    Region from = weight(bias);
    Region to = activation(y);
    recorder.launch(
        ElementwiseKernels.ADD_BIAS,
        operands(from, to),
        ElementwiseKernels.groups(y.size()),
        from.offset,
        to.offset,
        y.cols(),
        y.size());
  }

  @Override
  public void addBiasBackward(Tensor dy, Tensor dBias) {
    Checks.bias("addBiasBackward", dBias, dy);
    recorder.begin();
    Region from = activation(dy);
    Region to = gradient(dBias);
    int blocks = Math.ceilDiv(dy.rows(), RowTasks.ROW_BLOCK);
    Region partials = recorder.scratch(blocks * dy.cols());
    recorder.launch(
        RowKernels.COLUMN_PARTIALS,
        operands(from, partials),
        new int[] {from.offset, partials.offset, dy.rows(), dy.cols()},
        NO_SCALARS,
        new int[] {Math.ceilDiv(dy.cols(), RowKernels.LANES), blocks, 1});
    recorder.addPartials(partials, to, to.offset, blocks, dy.cols(), true);
  }

  @Override
  public void add(Tensor x, Tensor y) {
    Checks.sameSize("add", x, y);
    recorder.begin();
    Region from = activation(x);
    Region to = activation(y);
    recorder.launch(
        ElementwiseKernels.ADD,
        operands(from, to),
        ElementwiseKernels.groups(y.size()),
        from.offset,
        to.offset,
        y.size());
  }

  @Override
  public void zero(Tensor x) {
    Region region = gradient(x);
    recorder.launch(
        ElementwiseKernels.ZERO,
        operands(region),
        ElementwiseKernels.groups(x.size()),
        region.offset,
        x.size());
  }

  @Override
  public void copyRows(Tensor x, int from, Tensor y, int to, int count) {
    Checks.copyRows(x, from, y, to, count);
    recorder.begin();
    Region source = activation(x);
    Region target = activation(y);
    recorder.launch(
        ElementwiseKernels.COPY,
        operands(source, target),
        ElementwiseKernels.groups(count * x.cols()),
        source.offset + from * x.cols(),
        target.offset + to * x.cols(),
        count * x.cols());
  }

  @Override
  public void gatherRows(Tensor x, int[] rows, Tensor y) {
    Checks.gatherRows("gatherRows", x, rows, y);
    recorder.begin();
    gather(activation(x), rows, y);
  }

  @Override
  public void gatherRowsBackward(Tensor dy, int[] rows, Tensor dx) {
    Checks.gatherRows("gatherRowsBackward", dx, rows, dy);
    recorder.begin();
    Region from = activation(dy);
    Region to = activation(dx);
    zero(dx);
    recorder.launch(
        ElementwiseKernels.SCATTER_ROWS,
        operands(from, to),
        ElementwiseKernels.groups(dy.size()),
        from.offset,
        to.offset,
        recorder.ids(rows, dy.rows()),
        dy.cols(),
        dy.size());
  }

  @Override
  public void embeddingForward(int[] ids, Tensor table, Tensor y) {
    Checks.embedding("embeddingForward", ids, table, y);
    recorder.begin();
    gather(weight(table), ids, y);
  }

  private void gather(Region from, int[] rows, Tensor y) {
    Region to = activation(y);
    recorder.launch(
        ElementwiseKernels.GATHER_ROWS,
        operands(from, to),
        ElementwiseKernels.groups(y.size()),
        from.offset,
        to.offset,
        recorder.ids(rows, y.rows()),
        y.cols(),
        y.size());
  }

  /** Sums first short lists of rows of one id, then the lists of each id: no two threads meet. */
  @Override
  public void embeddingBackward(int[] ids, Tensor dy, Tensor dTable) {
    Checks.embedding("embeddingBackward", ids, dTable, dy);
    recorder.begin();
    Region from = activation(dy);
    Region to = gradient(dTable);
    IdLists lists = IdLists.of(ids, dy.rows(), RowTasks.ROW_BLOCK);
    Region partials = recorder.scratch(lists.count() * dy.cols());
    recorder.launch(
        RowKernels.LISTED_PARTIALS,
        operands(from, partials),
        lists.count(),
        from.offset,
        partials.offset,
        recorder.ids(lists.order(), lists.order().length),
        recorder.ids(lists.starts(), lists.starts().length),
        dy.cols());
    recorder.launch(
        RowKernels.ADD_LISTED,
        operands(partials, to),
        lists.distinct().length,
        partials.offset,
        to.offset,
        recorder.ids(lists.distinct(), lists.distinct().length),
        recorder.ids(lists.firstList(), lists.firstList().length),
        dy.cols());
  }

  @Override
  public void rmsNormForward(Tensor x, Tensor gain, float epsilon, Tensor y, Tensor inverseRms) {
    Checks.rmsNorm("rmsNormForward", x, gain, inverseRms, y);
    recorder.begin();
    Region from = activation(x);
    Region by = weight(gain);
    Region to = activation(y);
    Region rms = activation(inverseRms);
    Outputs out = recorder.outputs(to, rms);
    recorder.launch(
        RowKernels.RMS_NORM,
        operands(from, by, out.array()),
        new int[] {from.offset, by.offset, out.firstAt(), out.secondAt(), x.cols()},
        new float[] {epsilon},
        new int[] {x.rows(), 1, 1});
    recorder.settle(out, to, rms);
  }

  @Override
  public void rmsNormBackward(
      Tensor dy,
      Tensor x,
      Tensor gain,
      Tensor inverseRms,
      Tensor dx,
      Tensor dGain,
      boolean accumulate) {
    Checks.rmsNorm("rmsNormBackward", x, gain, inverseRms, dy, dx);
    Checks.sameSize("rmsNormBackward", gain, dGain);
    recorder.begin();
    Region gradient = activation(dy);
    Region from = activation(x);
    Region by = weight(gain);
    Region rms = activation(inverseRms);
    Region to = activation(dx);
    Region gainGradient = gradient(dGain);
    int rows = x.rows();
    int dim = x.cols();
    int blocks = Math.ceilDiv(rows, RowTasks.ROW_BLOCK);
    Region partials = recorder.scratch(blocks * dim);
    recorder.launch(
        RowKernels.GAIN_PARTIALS,
        operands(gradient, from, rms, partials),
        new int[] {gradient.offset, from.offset, rms.offset, partials.offset, rows, dim},
        NO_SCALARS,
        new int[] {Math.ceilDiv(dim, RowKernels.LANES), blocks, 1});
    recorder.addPartials(partials, gainGradient, gainGradient.offset, blocks, dim, true);
    recorder.launch(
        RowKernels.RMS_NORM_BACKWARD,
        operands(gradient, from, by, rms, to),
        rows,
        gradient.offset,
        from.offset,
        by.offset,
        rms.offset,
        to.offset,
        dim,
        accumulate ? 1 : 0);
  }

  @Override
  public void rope(Tensor x, int[] positions, Tensor cos, Tensor sin) {
    Checks.rope("rope", x, positions, cos, sin);
    recorder.begin();
    rotate(x, positions, cos, sin, 1);
  }

  @Override
  public void ropeBackward(Tensor dx, int[] positions, Tensor cos, Tensor sin) {
    Checks.rope("ropeBackward", dx, positions, cos, sin);
    recorder.begin();
    rotate(dx, positions, cos, sin, -1);
  }

  private void rotate(Tensor x, int[] positions, Tensor cos, Tensor sin, int direction) {
    Region region = activation(x);
    Region cosines = weight(cos);
    Region sines = weight(sin);
    int half = x.dim(2) / 2;
    recorder.launch(
        ElementwiseKernels.ROPE,
        operands(cosines, sines, region),
        ElementwiseKernels.groups(x.size() / 2),
        region.offset,
        cosines.offset,
        sines.offset,
        recorder.ids(positions, x.dim(0)),
        x.dim(1),
        half,
        direction,
        x.size() / 2);
  }

  @Override
  public void attentionForward(Attention in, Attention.Output out) {
    Checks.attentionForward(in, out);
    recorder.begin();
    attention.forward(in, out);
  }

  @Override
  public void attentionBackward(
      Attention in, Attention.Output out, Tensor dO, Attention.Gradients gradients) {
    Checks.attentionBackward(in, out, dO, gradients);
    recorder.begin();
    attention.backward(in, out, dO, gradients);
  }

  @Override
  public void cacheAppend(Tensor x, int[] slots, int[] positions, Tensor cache) {
    Checks.cacheAppend(x, slots, positions, cache);
    recorder.begin();
    Region from = activation(x);
    Region to = activation(cache);
    recorder.launch(
        ElementwiseKernels.CACHE_APPEND,
        operands(from, to),
        ElementwiseKernels.groups(x.size()),
        from.offset,
        to.offset,
        recorder.ids(slots, x.dim(0)),
        recorder.ids(positions, x.dim(0)),
        x.dim(1),
        cache.dim(2),
        x.dim(2),
        x.size());
  }

  @Override
  public void attentionDecode(
      Tensor q, Tensor kCache, Tensor vCache, int[] slots, int[] lengths, float scale, Tensor o) {
    Checks.attentionDecode(q, kCache, vCache, slots, lengths, o);
    recorder.begin();
    attention.decode(q, kCache, vCache, slots, lengths, scale, o);
  }

  @Override
  public void swigluForward(Tensor gate, Tensor up, Tensor y) {
    Checks.sameSize("swigluForward", gate, up, y);
    recorder.begin();
    Region g = activation(gate);
    Region u = activation(up);
    Region to = activation(y);
    recorder.launch(
        ElementwiseKernels.SWIGLU,
        operands(g, u, to),
        ElementwiseKernels.groups(y.size()),
        g.offset,
        u.offset,
        to.offset,
        y.size());
  }

  @Override
  public void swigluBackward(Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp) {
    Checks.sameSize("swigluBackward", dy, gate, up, dGate, dUp);
    recorder.begin();
    Region d = activation(dy);
    Region g = activation(gate);
    Region u = activation(up);
    Region dg = activation(dGate);
    Region du = activation(dUp);
    Outputs out = recorder.outputs(dg, du);
    recorder.launch(
        ElementwiseKernels.SWIGLU_BACKWARD,
        operands(d, g, u, out.array()),
        ElementwiseKernels.groups(dy.size()),
        d.offset,
        g.offset,
        u.offset,
        out.firstAt(),
        out.secondAt(),
        dy.size());
    recorder.settle(out, dg, du);
  }

  @Override
  public void headForward(Head head, int[] actions, HeadStatistics out) {
    Checks.statistics("headForward", head, out);
    Checks.actions("headForward", head, actions);
    recorder.begin();
    this.head.forward(head, actions, out);
  }

  @Override
  public void headSample(Head head, double[] uniforms, HeadStatistics out) {
    Checks.headSample(head, uniforms, out);
    recorder.begin();
    this.head.sample(head, uniforms, out);
  }

  @Override
  public void headGather(Head head, float[] logSumExp, int[] ids, float[] logProbs) {
    int count = Checks.headGather(head, logSumExp, ids, logProbs);
    recorder.begin();
    this.head.gather(head, logSumExp, ids, count, logProbs);
  }

  @Override
  public void headCompare(
      Head p, float[] pLogSumExp, Head q, float[] qLogSumExp, float lambda, HeadComparison out) {
    Checks.headCompare(p, pLogSumExp, q, qLogSumExp, lambda, out);
    recorder.begin();
    head.compare(p, pLogSumExp, q, qLogSumExp, lambda, out);
  }

  @Override
  public void headBackward(
      Head head,
      HeadStatistics statistics,
      float[] coefficient,
      @Nullable Distillation distillation,
      Tensor dHidden,
      Tensor dWeight) {
    Checks.headBackward(head, statistics, coefficient, distillation, dHidden, dWeight);
    recorder.begin();
    this.head.backward(head, statistics, coefficient, distillation, dHidden, dWeight);
  }

  @Override
  public double[] sumsOfSquares(List<Tensor> xs) {
    recorder.begin();
    int[] groups = xs.stream().mapToInt(x -> RowKernels.squaresGroups(x.size())).toArray();
    int total = Arrays.stream(groups).sum();
    Region partials = recorder.scratch(total);
    int at = 0;
    for (int t = 0; t < groups.length; t++) {
      Region x = gradient(xs.get(t));
      recorder.launch(
          RowKernels.SQUARES,
          operands(x, partials),
          groups[t],
          x.offset,
          partials.offset + at,
          xs.get(t).size(),
          groups[t]);
      at += groups[t];
    }
    float[] values = new float[total];
    recorder.read(partials, 0, values, total);
    double[] sums = new double[groups.length];
    at = 0;
    for (int t = 0; t < groups.length; t++) {
      for (int g = 0; g < groups[t]; g++) {
        sums[t] += values[at++];
      }
    }
    return sums;
  }

  @Override
  public void adamW(Tensor weight, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    Checks.sameSize("adamW", weight, gradient, m, v);
    recorder.begin();
    Region w = weight(weight);
    Region g = gradient(gradient);
    Region first = recorder.region(m, Role.FIRST_MOMENT);
    Region second = recorder.region(v, Role.SECOND_MOMENT);
    recorder.launch(
        ElementwiseKernels.ADAM_W,
        operands(g, first, second, w),
        new int[] {w.offset, g.offset, first.offset, second.offset, weight.size(), 0, 0, 0},
        new float[] {
          step.learningRate(),
          step.beta1(),
          step.beta2(),
          step.epsilon(),
          (float) (1 - (double) step.learningRate() * step.weightDecay()),
          step.gradientScale(),
          (float) (1 - Math.pow(step.beta1(), step.step())),
          (float) (1 - Math.pow(step.beta2(), step.step()))
        },
        new int[] {ElementwiseKernels.groups(weight.size()), 1, 1});
  }

  @Override
  public void blockEnd() {
    recorder.blockEnd();
  }

  /** Waits until the device has done all that was asked of it. */
  public void finish() {
    recorder.flush();
  }

  /** Names of the kernels that have run. */
  Set<String> launched() {
    return recorder.graphs().launched();
  }

  /** What the device's memory is taken by, for people: in use and reserved, a line a role. */
  public List<String> memory() {
    List<String> lines = new ArrayList<>();
    for (Role role : Role.values()) {
      List<Arena> arenas = recorder.arenas().stream().filter(a -> a.role == role).toList();
      lines.add(
          String.format(
              Locale.ROOT,
              "%s: %.3f of %.3f GiB",
              role.name().toLowerCase(Locale.ROOT).replace('_', ' '),
              arenas.stream().mapToLong(Arena::used).sum() * Float.BYTES / GIBIBYTE,
              arenas.stream().mapToLong(a -> a.floats.length).sum() * Float.BYTES / GIBIBYTE));
    }
    return lines;
  }

  @Override
  public void close() {
    recorder.close();
  }
}
