package io.jackpot.tensor;

import static io.jackpot.tensor.VectorMath.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The elementwise ops, cut into pieces of one length. */
interface VectorElementwise extends Ops, VectorLoops {
  @Override
  default void add(Tensor x, Tensor y) {
    Checks.sameSize("add", x, y);
    eachPiece(
        y.size(), (from, end) -> VectorMath.addTo(x.data(), from, y.data(), from, end - from));
  }

  @Override
  default void zero(Tensor x) {
    Arrays.fill(x.data(), 0, x.size(), 0f);
  }

  @Override
  default void swigluForward(Tensor gate, Tensor up, Tensor y) {
    Checks.sameSize("swigluForward", gate, up, y);
    eachPiece(
        y.size(),
        (from, end) -> {
          int whole = from + VectorMath.whole(end - from);
          for (int at = from; at < whole; at += LANES) {
            FloatVector g = VectorMath.load(gate.data(), at);
            FloatVector silu = g.mul(VectorMath.sigmoid(g));
            silu.mul(VectorMath.load(up.data(), at)).intoArray(y.data(), at);
          }
          if (whole < end) {
            VectorMask<Float> tail = VectorMath.tail(end - whole);
            FloatVector g = VectorMath.load(gate.data(), whole, tail);
            FloatVector silu = g.mul(VectorMath.sigmoid(g));
            silu.mul(VectorMath.load(up.data(), whole, tail)).intoArray(y.data(), whole, tail);
          }
        });
  }

  @Override
  default void swigluBackward(Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp) {
    Checks.sameSize("swigluBackward", dy, gate, up, dGate, dUp);
    eachPiece(
        dy.size(),
        (from, end) -> {
          int whole = from + VectorMath.whole(end - from);
          for (int at = from; at < whole; at += LANES) {
            FloatVector d = VectorMath.load(dy.data(), at);
            FloatVector g = VectorMath.load(gate.data(), at);
            FloatVector u = VectorMath.load(up.data(), at);
            FloatVector sigmoid = VectorMath.sigmoid(g);
            d.mul(u).mul(siluSlope(g, sigmoid)).intoArray(dGate.data(), at);
            d.mul(g.mul(sigmoid)).intoArray(dUp.data(), at);
          }
          if (whole < end) {
            VectorMask<Float> tail = VectorMath.tail(end - whole);
            FloatVector d = VectorMath.load(dy.data(), whole, tail);
            FloatVector g = VectorMath.load(gate.data(), whole, tail);
            FloatVector u = VectorMath.load(up.data(), whole, tail);
            FloatVector sigmoid = VectorMath.sigmoid(g);
            d.mul(u).mul(siluSlope(g, sigmoid)).intoArray(dGate.data(), whole, tail);
            d.mul(g.mul(sigmoid)).intoArray(dUp.data(), whole, tail);
          }
        });
  }

  /** d silu(g)/dg, given σ(g). */
  private static FloatVector siluSlope(FloatVector g, FloatVector sigmoid) {
    FloatVector silu = g.mul(sigmoid);
    return sigmoid.add(silu).sub(silu.mul(sigmoid));
  }
}
