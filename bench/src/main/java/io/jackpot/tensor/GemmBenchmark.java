package io.jackpot.tensor;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.FloatPointer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * {@link Gemm} against OpenBLAS, whose matrices lie in native memory so that no copy is timed. Run
 * it as a JMH benchmark for one number with its error, or by {@link #main} for the ratio of the two
 * on a machine that is busy with other things: both are then timed in turn, in the same minute.
 *
 * <p>A product is written {@code orientation-m-n-k} in the letters of {@link Ops}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class GemmBenchmark {
  /** Two sizes that matrix libraries are compared at, and the layers of a small transformer. */
  private static final List<String> PRODUCTS =
      List.of(
          "NT-512-512-512",
          "NN-512-512-512",
          "TN-512-512-512",
          "NT-1024-1024-1024",
          "NN-1024-1024-1024",
          "TN-1024-1024-1024",
          "NT-256-96-96",
          "NT-256-256-96",
          "NT-256-96-256",
          "NT-256-384-128",
          "NT-256-18-96",
          "NT-6000-96-96",
          "NN-6000-96-96",
          "TN-6000-96-96",
          "NT-6000-256-96",
          "NN-6000-256-96",
          "TN-6000-256-96",
          "NT-6000-96-256",
          "NN-6000-96-256",
          "TN-6000-96-256",
          "NT-6000-288-96",
          "TN-6000-384-128",
          "NT-6000-18-96",
          "NN-6000-18-96",
          "TN-6000-18-96",
          "TN-256-384-128");

  private static final int ROUNDS = 9;

  /** OpenBLAS' threads keep their cores busy for a while after a product, ours for 40 µs. */
  private static final long SETTLE_MILLIS = 200;

  @Param({"NT-512-512-512", "NT-1024-1024-1024", "NT-6000-256-96", "TN-6000-256-96"})
  String product = PRODUCTS.getFirst();

  @Param({"1", "2"})
  int threads = 1;

  private Workers workers = new Workers(1);
  private Gemm gemm = new Gemm(workers);
  private int m;
  private int n;
  private int k;
  private float[] a = {};
  private float[] b = {};
  private float[] c = {};
  private FloatPointer nativeA = new FloatPointer();
  private FloatPointer nativeB = new FloatPointer();
  private FloatPointer nativeC = new FloatPointer();

  @Setup(Level.Trial)
  public void setUp() {
    String[] parts = product.split("-", -1);
    m = Integer.parseInt(parts[1]);
    n = Integer.parseInt(parts[2]);
    k = Integer.parseInt(parts[3]);
    Random random = new Random(1);
    a = gaussian(random, parts[0].equals("NT") ? m * k : m * n);
    b = gaussian(random, parts[0].equals("TN") ? m * k : n * k);
    c =
        new float
            [switch (parts[0]) {
              case "NT" -> m * n;
              case "NN" -> m * k;
              default -> n * k;
            }];
    nativeA = new FloatPointer(a);
    nativeB = new FloatPointer(b);
    nativeC = new FloatPointer(new float[c.length]);
    workers = new Workers(threads);
    gemm = new Gemm(workers);
    OpenBlasControl.setThreads(threads);
    checkSame();
  }

  private static float[] gaussian(Random random, int size) {
    float[] x = new float[size];
    for (int i = 0; i < size; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  /** A comparison of two that compute different things would mean nothing. */
  private void checkSame() {
    jackpot();
    openBlas();
    for (int i = 0; i < c.length; i++) {
      if (!(Math.abs(c[i] - nativeC.get(i)) <= 1e-2)) {
        throw new IllegalStateException(
            product + ": element " + i + " is " + c[i] + ", OpenBLAS has " + nativeC.get(i));
      }
    }
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    workers.close();
    nativeA.close();
    nativeB.close();
    nativeC.close();
  }

  @Benchmark
  public float[] jackpot() {
    switch (product.substring(0, 2)) {
      case "NT" -> gemm.nt(a, 0, b, 0, c, 0, m, n, k, false);
      case "NN" -> gemm.nn(a, 0, b, 0, c, 0, m, n, k, false);
      default -> gemm.tn(a, 0, b, 0, c, 0, m, n, k, false);
    }
    return c;
  }

  @Benchmark
  public FloatPointer openBlas() {
    int no = CblasNoTrans;
    int yes = CblasTrans;
    int order = CblasRowMajor;
    switch (product.substring(0, 2)) {
      case "NT" -> cblas_sgemm(order, no, yes, m, n, k, 1, nativeA, k, nativeB, k, 0, nativeC, n);
      case "NN" -> cblas_sgemm(order, no, no, m, k, n, 1, nativeA, n, nativeB, k, 0, nativeC, k);
      default -> cblas_sgemm(order, yes, no, n, k, m, 1, nativeA, n, nativeB, k, 0, nativeC, k);
    }
    return nativeC;
  }

  /**
   * Prints GFLOP/s of both and their ratio, for one and two threads: of the medians, and of the
   * best rounds, which other work on the machine disturbs least.
   *
   * @param args products to compare; none means all
   */
  public static void main(String[] args) {
    System.out.println("OpenBLAS kernels: " + OpenBlasControl.coreName());
    System.out.printf(
        "%-18s %7s %9s %9s %7s %9s %9s %7s%n",
        "product", "threads", "median", "OpenBLAS", "ratio", "best", "OpenBLAS", "ratio");
    for (String product : args.length > 0 ? List.of(args) : PRODUCTS) {
      for (int threads = 1; threads <= 2; threads++) {
        compare(product, threads);
      }
    }
  }

  private static void compare(String product, int threads) {
    GemmBenchmark benchmark = new GemmBenchmark();
    benchmark.product = product;
    benchmark.threads = threads;
    benchmark.setUp();
    double flops = 2.0 * benchmark.m * benchmark.n * benchmark.k;
    int repeats = (int) Math.max(1, 1.5e9 * threads / flops);
    List<Double> ours = new ArrayList<>();
    List<Double> peers = new ArrayList<>();
    for (int round = -ROUNDS; round < ROUNDS; round++) { // the first half warms up
      double our = flops * repeats / nanos(repeats, benchmark::jackpot);
      double peer = flops * repeats / nanos(repeats, benchmark::openBlas);
      settle();
      if (round >= 0) {
        ours.add(our);
        peers.add(peer);
      }
    }
    benchmark.tearDown();
    double[] our = sorted(ours);
    double[] peer = sorted(peers);
    double median = our[ROUNDS / 2];
    double peerMedian = peer[ROUNDS / 2];
    double best = our[ROUNDS - 1];
    double peerBest = peer[ROUNDS - 1];
    System.out.printf(
        Locale.ROOT,
        "%-18s %7d %9.1f %9.1f %7.2f %9.1f %9.1f %7.2f%n",
        product,
        threads,
        median,
        peerMedian,
        median / peerMedian,
        best,
        peerBest,
        best / peerBest);
  }

  private static void settle() {
    try {
      Thread.sleep(SETTLE_MILLIS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long nanos(int repeats, Runnable product) {
    long begin = System.nanoTime();
    for (int i = 0; i < repeats; i++) {
      product.run();
    }
    return System.nanoTime() - begin;
  }

  private static double[] sorted(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted;
  }
}
