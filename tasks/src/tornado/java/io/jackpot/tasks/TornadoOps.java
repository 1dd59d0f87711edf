package io.jackpot.tasks;

import io.jackpot.devices.Products;
import io.jackpot.tasks.DeviceMemory.Arena;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tensor.AdamWStep;
import io.jackpot.tensor.Attention;
import io.jackpot.tensor.Checks;
import io.jackpot.tensor.Distillation;
import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadComparison;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Tensor;
import io.jackpot.tensor.TopK;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * Every op as kernels on a TornadoVM device. A call only records launches; they run, as compiled
 * task graphs, when a result is needed on the heap. Tensors stay on the device.
 */
public final class TornadoOps implements Ops {
  private static final double GIBIBYTE = 1 << 30;

  private final TornadoDevice device;
  private final Recorder recorder;
  private final Products products;
  private final DeviceMatmul matmul;
  private final DeviceRows rows;
  private final DeviceElementwise elementwise;
  private final DeviceAttention attention;
  private final DeviceHead head;
  private final DeviceOptimizer optimizer;

  /**
   * @param products kind and precision of matrix products
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
    MatrixProduct product = MatrixProduct.of(products, recorder);
    this.matmul = new DeviceMatmul(recorder, product);
    this.rows = new DeviceRows(recorder);
    this.elementwise = new DeviceElementwise(recorder);
    this.attention = new DeviceAttention(recorder);
    this.head = new DeviceHead(recorder, product, headBudget);
    this.optimizer = new DeviceOptimizer(recorder);
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

  @Override
  public void matmulNT(Tensor x, Tensor w, Tensor y, boolean accumulate) {
    Checks.matmulNT(x, w, y);
    recorder.begin();
    matmul.matmulNT(x, w, y, accumulate);
  }

  @Override
  public void matmulNN(Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    Checks.matmulNN(dy, w, dx);
    recorder.begin();
    matmul.matmulNN(dy, w, dx, accumulate);
  }

  @Override
  public void matmulTN(Tensor dy, Tensor x, Tensor dw, boolean accumulate) {
    Checks.matmulTN(dy, x, dw);
    recorder.begin();
    matmul.matmulTN(dy, x, dw, accumulate);
  }

  @Override
  public void addBias(Tensor bias, Tensor y) {
    Checks.bias("addBias", bias, y);
    recorder.begin();
    rows.addBias(bias, y);
  }

  @Override
  public void addBiasBackward(Tensor dy, Tensor dBias) {
    Checks.bias("addBiasBackward", dBias, dy);
    recorder.begin();
    rows.addBiasBackward(dy, dBias);
  }

  @Override
  public void add(Tensor x, Tensor y) {
    Checks.sameSize("add", x, y);
    recorder.begin();
    elementwise.add(x, y);
  }

  @Override
  public void zero(Tensor x) {
    elementwise.zero(x);
  }

  @Override
  public void copyRows(Tensor x, int from, Tensor y, int to, int count) {
    Checks.copyRows(x, from, y, to, count);
    recorder.begin();
    rows.copyRows(x, from, y, to, count);
  }

  @Override
  public void gatherRows(Tensor x, int[] ids, Tensor y) {
    Checks.gatherRows("gatherRows", x, ids, y);
    recorder.begin();
    rows.gatherRows(x, ids, y);
  }

  @Override
  public void gatherRowsBackward(Tensor dy, int[] ids, Tensor dx) {
    Checks.gatherRows("gatherRowsBackward", dx, ids, dy);
    recorder.begin();
    rows.gatherRowsBackward(dy, ids, dx);
  }

  @Override
  public void embeddingForward(int[] ids, Tensor table, Tensor y) {
    Checks.embedding("embeddingForward", ids, table, y);
    recorder.begin();
    rows.embeddingForward(ids, table, y);
  }

  @Override
  public void embeddingBackward(int[] ids, Tensor dy, Tensor dTable) {
    Checks.embedding("embeddingBackward", ids, dTable, dy);
    recorder.begin();
    rows.embeddingBackward(ids, dy, dTable);
  }

  @Override
  public void rmsNormForward(Tensor x, Tensor gain, float epsilon, Tensor y, Tensor inverseRms) {
    Checks.rmsNorm("rmsNormForward", x, gain, inverseRms, y);
    recorder.begin();
    rows.rmsNormForward(x, gain, epsilon, y, inverseRms);
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
    rows.rmsNormBackward(dy, x, gain, inverseRms, dx, dGain, accumulate);
  }

  @Override
  public void rope(Tensor x, int[] positions, Tensor cos, Tensor sin) {
    Checks.rope("rope", x, positions, cos, sin);
    recorder.begin();
    rows.rope(x, positions, cos, sin, 1);
  }

  @Override
  public void ropeBackward(Tensor dx, int[] positions, Tensor cos, Tensor sin) {
    Checks.rope("ropeBackward", dx, positions, cos, sin);
    recorder.begin();
    rows.rope(dx, positions, cos, sin, -1);
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
    attention.cacheAppend(x, slots, positions, cache);
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
    elementwise.swigluForward(gate, up, y);
  }

  @Override
  public void swigluBackward(Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp) {
    Checks.sameSize("swigluBackward", dy, gate, up, dGate, dUp);
    recorder.begin();
    elementwise.swigluBackward(dy, gate, up, dGate, dUp);
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
  public void headOverlap(
      Head p,
      float[] pLogSumExp,
      Head q,
      float[] qLogSumExp,
      TopK topQ,
      int[] otherIds,
      double lambda,
      double[] overlap) {
    Checks.headOverlap(p, pLogSumExp, q, qLogSumExp, topQ, otherIds, lambda, overlap);
    recorder.begin();
    head.overlap(p, pLogSumExp, q, qLogSumExp, topQ, otherIds, lambda, overlap);
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
    return optimizer.sumsOfSquares(xs);
  }

  @Override
  public void adamW(Tensor weight, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    Checks.sameSize("adamW", weight, gradient, m, v);
    recorder.begin();
    optimizer.adamW(weight, gradient, m, v, step);
  }

  @Override
  public void blockEnd() {
    recorder.blockEnd();
  }

  /** Waits until the device has done all that was asked of it. */
  public void finish() {
    recorder.flush();
  }

  /** The device's memory for people: in use and reserved, a line a role. */
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
