package io.jackpot.tensor;

/** The matrix products: {@link Gemm}, and {@link PackedGemm} for packed weights. */
interface VectorMatmul extends Ops, PackedOps {
  Gemm gemm();

  PackedGemm packedGemm();

  @Override
  default void matmulNT(Tensor x, Tensor w, Tensor y, boolean accumulate) {
    Checks.matmulNT(x, w, y);
    gemm().nt(x.data(), 0, w.data(), 0, y.data(), 0, x.rows(), w.rows(), x.cols(), accumulate);
  }

  @Override
  default void matmulNN(Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    Checks.matmulNN(dy, w, dx);
    gemm().nn(dy.data(), 0, w.data(), 0, dx.data(), 0, dy.rows(), dy.cols(), w.cols(), accumulate);
  }

  @Override
  default void matmulTN(Tensor dy, Tensor x, Tensor dw, boolean accumulate) {
    Checks.matmulTN(dy, x, dw);
    gemm().tn(dy.data(), 0, x.data(), 0, dw.data(), 0, dy.rows(), dy.cols(), x.cols(), accumulate);
  }

  @Override
  default PackedMatrix pack(Tensor w, WeightType type) {
    return packedGemm().pack(w, type);
  }

  @Override
  default void matmulPacked(Tensor x, PackedMatrix w, Tensor y) {
    Checks.matmulPacked(x, w, y);
    packedGemm().multiply(x.data(), 0, x.rows(), w, y.data(), 0);
  }
}
