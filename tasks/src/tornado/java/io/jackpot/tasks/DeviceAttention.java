package io.jackpot.tasks;

import static io.jackpot.tasks.Recorder.operands;

import io.jackpot.input.InputException;
import io.jackpot.tasks.DeviceMemory.Region;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tasks.Recorder.Outputs;
import io.jackpot.tensor.Attention;
import io.jackpot.tensor.Tensor;

/** Attention on the device: launches of {@link AttentionKernels} and {@link DecodeKernels}. */
final class DeviceAttention {
  private final Recorder recorder;

  DeviceAttention(Recorder recorder) {
    this.recorder = recorder;
  }

  private Region region(Tensor x) {
    return recorder.region(x, Role.ACTIVATION);
  }

  private static int blocks(int tokens) {
    return Math.ceilDiv(tokens, AttentionKernels.TILE);
  }

  void forward(Attention in, Attention.Output out) {
    Region queries = region(in.q());
    Region keys = region(in.k());
    Region values = region(in.v());
    Region output = region(out.o());
    Region sums = region(out.logSumExp());
    Outputs outputs = recorder.outputs(output, sums);
    int tokens = in.tokens();
    int heads = in.heads();
    recorder.launch(
        AttentionKernels.FORWARD,
        operands(queries, keys, values, outputs.array()),
        new int[] {
          queries.offset,
          keys.offset,
          values.offset,
          outputs.firstAt(),
          outputs.secondAt(),
          recorder.bounds(in.packing()),
          tokens,
          heads,
          in.kvHeads(),
          in.headDim()
        },
        new float[] {in.scale()},
        new int[] {blocks(tokens), heads, 1});
    recorder.settle(outputs, output, sums);
  }

  void backward(Attention in, Attention.Output out, Tensor dO, Attention.Gradients gradients) {
    Region dOutput = region(dO);
    Region queries = region(in.q());
    Region keys = region(in.k());
    Region values = region(in.v());
    Region output = region(out.o());
    Region sums = region(out.logSumExp());
    Region dQueries = region(gradients.dQ());
    Region dKeys = region(gradients.dK());
    Region dValues = region(gradients.dV());
    Outputs outputs = recorder.outputs(dKeys, dValues);
    int tokens = in.tokens();
    int heads = in.heads();
    int kvHeads = in.kvHeads();
    int dim = in.headDim();
    int bounds = recorder.bounds(in.packing());
    Region delta = recorder.scratch(tokens * heads);
    recorder.launch(
        AttentionKernels.DELTA,
        operands(dOutput, output, delta),
        tokens * heads,
        dOutput.offset,
        output.offset,
        delta.offset,
        dim);
    recorder.launch(
        AttentionKernels.BACKWARD,
        operands(queries, dOutput, keys, values, sums, delta, dQueries),
        new int[] {
          queries.offset,
          dOutput.offset,
          keys.offset,
          values.offset,
          sums.offset,
          delta.offset,
          dQueries.offset,
          dQueries.offset,
          bounds,
          tokens,
          heads,
          kvHeads,
          dim,
          0
        },
        new float[] {in.scale()},
        new int[] {blocks(tokens), heads, 1});
    recorder.launch(
        AttentionKernels.BACKWARD,
        operands(keys, values, queries, dOutput, sums, delta, outputs.array()),
        new int[] {
          keys.offset,
          values.offset,
          queries.offset,
          dOutput.offset,
          sums.offset,
          delta.offset,
          outputs.firstAt(),
          outputs.secondAt(),
          bounds,
          tokens,
          heads,
          kvHeads,
          dim,
          1
        },
        new float[] {in.scale()},
        new int[] {blocks(tokens), kvHeads, 1});
    recorder.settle(outputs, dKeys, dValues);
  }

  /**
   * @throws InputException if a head is wider than the kernel's groups
   */
  void decode(
      Tensor q, Tensor kCache, Tensor vCache, int[] slots, int[] lengths, float scale, Tensor o) {
    int rows = q.dim(0);
    int heads = q.dim(1);
    int kvHeads = kCache.dim(1);
    int dim = q.dim(2);
    if (dim > DecodeKernels.WIDEST_HEAD) {
      throw new InputException(
          "attentionDecode: heads of width %d, expected at most %d on a device; use --device cpu"
              .formatted(dim, DecodeKernels.WIDEST_HEAD));
    }
    Region queries = region(q);
    Region keys = region(kCache);
    Region values = region(vCache);
    Region output = region(o);
    int shared = heads / kvHeads;
    int width = 1;
    while (width < Math.min(shared, DecodeKernels.MOST_HEADS)) {
      width *= 2;
    }
    recorder.launch(
        DecodeKernels.DECODE,
        operands(queries, keys, values, output),
        new int[] {
          queries.offset,
          keys.offset,
          values.offset,
          output.offset,
          recorder.ids(slots, rows),
          recorder.ids(lengths, rows),
          heads,
          kvHeads,
          kCache.dim(2),
          dim
        },
        new float[] {scale},
        new int[] {rows, kvHeads, Math.ceilDiv(shared, width)},
        width);
  }
}
