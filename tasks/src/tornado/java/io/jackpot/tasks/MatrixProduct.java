package io.jackpot.tasks;

import io.jackpot.devices.Products;
import io.jackpot.tasks.DeviceMemory.Region;

/** Products of matrices, by our kernels or by the vendor's. */
@FunctionalInterface
interface MatrixProduct {

  /** Records the launches of a product. */
  void record(Matmul matmul);

  /** The products that {@code products} names, on {@code recorder}'s device. */
  static MatrixProduct of(Products products, Recorder recorder) {
    return switch (products.gemm()) {
      case VENDOR -> new VendorProduct(recorder, products.precision());
      case JAVA ->
          switch (products.precision()) {
            case F32 -> new FloatProduct(recorder);
            case BF16 -> new Bfloat16Product(recorder);
            case TF32 -> throw new IllegalArgumentException(products.toString());
          };
    };
  }

  /** A product's factors as they are stored. */
  enum Orientation {
    /** {@code a [rows, inner], b [cols, inner]}. */
    NT(1, 1),
    /** {@code a [rows, inner], b [inner, cols]}. */
    NN(1, 0),
    /** {@code a [inner, rows], b [inner, cols]}. */
    TN(0, 0);

    /** 1 where the sum runs along a row of the left factor, 0 where along a column. */
    final int aAlong;

    /** The same of the right one. */
    final int bAlong;

    Orientation(int aAlong, int bAlong) {
      this.aAlong = aAlong;
      this.bAlong = bAlong;
    }
  }

  /** Part of a region: where a matrix begins in it. */
  record Matrix(Region region, int at) {
    static Matrix of(Region region) {
      return new Matrix(region, 0);
    }

    int offset() {
      return region.offset + at;
    }
  }

  /** y (+)= scale·a·b, {@code [rows, cols]} from a sum of {@code inner} products. */
  record Matmul(
      Orientation orientation,
      Matrix a,
      Matrix b,
      Matrix y,
      int rows,
      int cols,
      int inner,
      boolean accumulate,
      float scale) {

    int aAlong() {
      return orientation.aAlong;
    }

    int bAlong() {
      return orientation.bAlong;
    }

    /** A launch of one of our kernels that writes to {@code output}, see {@link MatmulKernels}. */
    LaunchBuilder prepare(Recorder recorder, Kernel kernel, Tiling tiling, Matrix output) {
      return recorder
          .prepare(kernel)
          .operand(MatmulKernels.A, a)
          .operand(MatmulKernels.B, b)
          .operand(MatmulKernels.Y, output)
          .arg(MatmulKernels.ROWS, rows)
          .arg(MatmulKernels.COLS, cols)
          .arg(MatmulKernels.INNER, inner)
          .arg(MatmulKernels.A_STRIDE, aAlong() == 1 ? inner : rows)
          .arg(MatmulKernels.B_STRIDE, bAlong() == 1 ? inner : cols)
          .arg(MatmulKernels.KEEP, accumulate && tiling.parts == 1)
          .arg(MatmulKernels.PART, tiling.part)
          .scalar(MatmulKernels.SCALE, scale)
          .constants(aAlong(), bAlong());
    }
  }

  /**
   * The pieces of a product that groups of threads take: tiles of the result, and where these are
   * few, parts of the sum whose results are added afterwards.
   *
   * @param part steps of the sum that a group takes
   */
  record Tiling(int tilesX, int tilesY, int parts, int part) {
    /** Steps of the sum that one group takes where the result has few tiles. */
    private static final int LEAST_PART = 512;

    /** Tiles of a result from which on its sum need not be cut to keep a device busy. */
    private static final int ENOUGH_TILES = 256;

    private static final int MOST_PARTS = 64;

    /**
     * @param tile rows and columns of a tile
     */
    static Tiling of(Matmul matmul, int tile) {
      int inner = matmul.inner;
      int tilesX = Math.ceilDiv(matmul.cols, tile);
      int tilesY = Math.ceilDiv(matmul.rows, tile);
      int wanted =
          Math.min(Math.ceilDiv(inner, LEAST_PART), ENOUGH_TILES / Math.max(1, tilesX * tilesY));
      int part = Math.ceilDiv(inner, Math.clamp(wanted, 1, MOST_PARTS));
      int parts = Math.max(1, Math.ceilDiv(inner, Math.max(1, part)));
      return new Tiling(tilesX, tilesY, parts, part);
    }

    int groups() {
      return tilesX * tilesY * parts;
    }

    /** The groups' output: the result itself, or scratch memory for the parts' results. */
    Matrix output(Recorder recorder, Matmul matmul) {
      return parts == 1 ? matmul.y : Matrix.of(recorder.scratch(parts * matmul.rows * matmul.cols));
    }

    /** Adds up the parts' results, if there is more than one. */
    void finish(Recorder recorder, Matmul matmul, Matrix output) {
      if (parts > 1) {
        recorder.addPartials(
            output.region,
            matmul.y.region,
            matmul.y.offset(),
            parts,
            matmul.rows * matmul.cols,
            matmul.accumulate);
      }
    }
  }

  /** Products in float32 by {@link MatmulKernels}, on any device. */
  record FloatProduct(Recorder recorder) implements MatrixProduct {
    @Override
    public void record(Matmul matmul) {
      Tiling tiling = Tiling.of(matmul, MatmulKernels.TILE);
      Matrix output = tiling.output(recorder, matmul);
      matmul
          .prepare(recorder, MatmulKernels.MATMUL, tiling, output)
          .record(tiling.tilesX(), tiling.tilesY(), tiling.parts());
      tiling.finish(recorder, matmul, output);
    }
  }
}
