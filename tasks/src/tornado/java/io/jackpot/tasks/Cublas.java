package io.jackpot.tasks;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.jackpot.devices.Products.Precision;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/**
 * The three functions of NVIDIA's cuBLAS that products need, called from Java (cuBLAS library
 * documentation, "cublasGemmEx"). The library comes with the CUDA toolkit and with PyTorch.
 */
public final class Cublas {
  /** By preference; the system looks for them as for any library. */
  private static final List<String> LIBRARIES =
      List.of(
          "libcublas.so.13",
          "libcublas.so.12",
          "libcublas.so",
          "cublas64_13.dll",
          "cublas64_12.dll");

  private static final int CUDA_R_32F = 0;
  private static final int DEFAULT_ALGORITHM = -1;

  /** The library is not there. */
  static final class MissingException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MissingException() {
      super("cuBLAS is missing: none of " + String.join(", ", LIBRARIES) + " on the library path");
    }
  }

  private final MethodHandle setStream;
  private final MethodHandle gemmEx;
  private final MemorySegment handle;

  /** The factor of a product, read during the call. */
  private final MemorySegment alpha;

  /** The factor of the previous result. */
  private final MemorySegment beta;

  /**
   * @throws MissingException if there is no cuBLAS
   */
  Cublas() {
    Arena forever = Arena.global();
    SymbolLookup library =
        LIBRARIES.stream()
            .map(name -> lookup(name, forever))
            .flatMap(Optional::stream)
            .findFirst()
            .orElseThrow(MissingException::new);
    this.setStream = function(library, "cublasSetStream_v2", ADDRESS, ADDRESS);
    // handle; two transpositions; m, n, k; alpha; A, B with type and stride; beta; C likewise;
    // type of the computation; algorithm
    this.gemmEx =
        function(
            library,
            "cublasGemmEx",
            ADDRESS,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            ADDRESS,
            ADDRESS,
            JAVA_INT,
            JAVA_INT,
            ADDRESS,
            JAVA_INT,
            JAVA_INT,
            ADDRESS,
            ADDRESS,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT);
    this.alpha = forever.allocate(JAVA_FLOAT);
    this.beta = forever.allocate(JAVA_FLOAT);
    MemorySegment created = forever.allocate(ADDRESS);
    MethodHandle create = function(library, "cublasCreate_v2", ADDRESS);
    call("cublasCreate", () -> (int) create.invokeExact(created));
    this.handle = created.get(ADDRESS, 0);
  }

  private static Optional<SymbolLookup> lookup(String name, Arena arena) {
    try {
      return Optional.of(SymbolLookup.libraryLookup(name, arena));
    } catch (IllegalArgumentException notThere) {
      return Optional.empty();
    }
  }

  private static MethodHandle function(
      SymbolLookup library, String name, MemoryLayout... arguments) {
    return Linker.nativeLinker()
        .downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
  }

  /** A function that returns a status. */
  @FunctionalInterface
  private interface Call {
    int status() throws Throwable;
  }

  /**
   * @throws IllegalStateException if the status is not that of success
   */
  private static void call(String name, Call call) {
    int status;
    try {
      status = call.status();
    } catch (Throwable e) {
      throw new IllegalStateException(name, e);
    }
    if (status != 0) {
      throw new IllegalStateException("%s: status %d".formatted(name, status));
    }
  }

  /**
   * y = scale·a·b + keep·y in the order of {@code stream}: {@code a [rows, inner], b [inner, cols]
   * → y [rows, cols]}, all float32 on the device.
   *
   * <p>cuBLAS counts columns where we count rows. So it is asked for the transposed result, which
   * is b's transpose times a's, and these are what it sees in our factors.
   *
   * @param stream a CUstream
   * @param a address of the first element
   * @param aAlong 1 where a is stored as [rows, inner], 0 where as [inner, rows]
   * @param bAlong 1 where b is stored as [cols, inner], 0 where as [inner, cols]
   * @param computeType of {@link #computeType}
   */
  synchronized void matmul(
      long stream,
      long a,
      long b,
      long y,
      int rows,
      int cols,
      int inner,
      int aAlong,
      int bAlong,
      float scale,
      boolean keep,
      int computeType) {
    MemorySegment in = MemorySegment.ofAddress(stream);
    MemorySegment left = MemorySegment.ofAddress(a);
    MemorySegment right = MemorySegment.ofAddress(b);
    MemorySegment result = MemorySegment.ofAddress(y);
    int leftStride = Math.max(1, aAlong == 1 ? inner : rows);
    int rightStride = Math.max(1, bAlong == 1 ? inner : cols);
    alpha.set(JAVA_FLOAT, 0, scale);
    beta.set(JAVA_FLOAT, 0, keep ? 1 : 0);
    call("cublasSetStream", () -> (int) setStream.invokeExact(handle, in));
    call(
        "cublasGemmEx",
        () ->
            (int)
                gemmEx.invokeExact(
                    handle,
                    bAlong,
                    1 - aAlong,
                    cols,
                    rows,
                    inner,
                    alpha,
                    right,
                    CUDA_R_32F,
                    rightStride,
                    left,
                    CUDA_R_32F,
                    leftStride,
                    beta,
                    result,
                    CUDA_R_32F,
                    cols,
                    computeType,
                    DEFAULT_ALGORITHM));
  }

  /** cublasComputeType_t: sums in float32, of factors rounded as the library reads them. */
  public static int computeType(Precision precision) {
    return switch (precision) {
      case F32 -> 68;
      case TF32 -> 77;
      case BF16 -> 75;
    };
  }
}
