package io.jackpot.tensor;

import java.util.Optional;

/**
 * The ops on the Vector API and all cores. How an op is cut into pieces depends on its shapes
 * alone, never on the number of threads, and each sum has one order: the same bits for any number
 * of threads.
 */
final class VectorOps
    implements VectorMatmul,
        VectorRows,
        VectorAttention,
        VectorHead,
        VectorElementwise,
        VectorOptimizer {
  private final Workers workers;
  private final Gemm gemm;
  private final PackedGemm packedGemm;
  private final VectorLogits logits;

  /**
   * @param threads how many threads work on an op, the caller among them
   */
  VectorOps(int threads) {
    this.workers = new Workers(threads);
    this.gemm = new Gemm(workers);
    this.packedGemm = new PackedGemm(workers);
    this.logits = new VectorLogits(workers, gemm, packedGemm);
  }

  @Override
  public String describe() {
    int threads = workers.threads();
    return "VectorOps: Vector API, %d-bit vectors, %d thread%s"
        .formatted(VectorMath.SPECIES.vectorBitSize(), threads, threads == 1 ? "" : "s");
  }

  @Override
  public String arithmetic() {
    return "VectorOps, %d-bit vectors".formatted(VectorMath.SPECIES.vectorBitSize());
  }

  @Override
  public Optional<PackedOps> packed() {
    return Optional.of(this);
  }

  @Override
  public Workers workers() {
    return workers;
  }

  @Override
  public Gemm gemm() {
    return gemm;
  }

  @Override
  public PackedGemm packedGemm() {
    return packedGemm;
  }

  @Override
  public VectorLogits logits() {
    return logits;
  }

  @Override
  public void close() {
    workers.close();
  }
}
