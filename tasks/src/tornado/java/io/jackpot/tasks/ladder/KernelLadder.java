package io.jackpot.tasks.ladder;

import io.jackpot.tensor.Ops;
import io.jackpot.tensor.OpsLookup;
import io.jackpot.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/**
 * Runs every rung of the ladders on the device: checks it against sums in double on the host, then
 * times all of them in turns and prints medians.
 *
 * <pre>
 * KernelLadder [--matmul ROWSxCOLSxINNER,…] [--attention HEADSxTOKENSxHEADDIM,…] [--rounds N]
 * </pre>
 *
 * <p>A size of 0 leaves a ladder out. Ends with status 1 where a kernel is wrong.
 */
public final class KernelLadder {
  /** A timing takes at least so many seconds, for which a fast kernel runs many times. */
  private static final double LEAST_SECONDS = 0.02;

  /** Work up to which the CPU's ops run beside the rungs. */
  private static final double CPU_FLOP = 2e10;

  /** Of the significand, the roughest that a rung rounds to. */
  private static final int BFLOAT16_BITS = 8;

  /** Something to time: a rung, or a comparison beside the ladder. */
  private record Entry(String name, boolean rung, double error, Runnable run) {}

  private final TornadoDevice device;
  private final int rounds;
  private boolean wrong;

  private KernelLadder(TornadoDevice device, int rounds) {
    this.device = device;
    this.rounds = rounds;
  }

  public static void main(String[] args) {
    List<int[]> matmuls = List.of(new int[] {512, 512, 512});
    List<int[]> attentions = List.of(new int[] {4, 512, 64});
    int rounds = 5;
    for (int i = 0; i + 1 < args.length; i += 2) {
      switch (args[i]) {
        case "--matmul" -> matmuls = sizes(args[i + 1]);
        case "--attention" -> attentions = sizes(args[i + 1]);
        case "--rounds" -> rounds = Integer.parseInt(args[i + 1]);
        default -> throw new IllegalArgumentException("no option " + args[i]);
      }
    }
    TornadoDevice device = device();
    System.out.println("device: " + device.getPhysicalDevice().getDeviceName().strip());
    KernelLadder ladder = new KernelLadder(device, rounds);
    matmuls.forEach(ladder::matmul);
    attentions.forEach(ladder::attention);
    System.exit(ladder.wrong ? 1 : 0); // drivers may keep threads of their own
  }

  /** {@code 512} for 512x512x512, or {@code 4x512x64}; several between commas; none from 0. */
  private static List<int[]> sizes(String text) {
    List<int[]> sizes = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      int[] dims = Arrays.stream(one.split("x", -1)).mapToInt(Integer::parseInt).toArray();
      if (dims.length != 1 && dims.length != 3) {
        throw new IllegalArgumentException(one + ": expected a size, or three with x between");
      }
      if (dims[0] > 0) {
        sizes.add(dims.length == 3 ? dims : new int[] {dims[0], dims[0], dims[0]});
      }
    }
    return sizes;
  }

  /** The first GPU, else TornadoVM's default device. */
  static TornadoDevice device() {
    TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
    for (int i = 0; i < runtime.getNumBackends(); i++) {
      TornadoBackend backend = runtime.getBackend(i);
      for (int j = 0; j < backend.getNumDevices(); j++) {
        if (backend.getDevice(j).getDeviceType() == TornadoDeviceType.GPU) {
          return backend.getDevice(j);
        }
      }
    }
    return runtime.getDefaultDevice();
  }

  /** Whether TornadoVM's backend for the device has tensor cores and the vendor's products. */
  static boolean hasTensorCores(TornadoDevice device) {
    return device.getTornadoVMBackend().name().equals("CUDA");
  }

  private void matmul(int[] size) {
    MatmulProblem problem = MatmulProblem.random(size[0], size[1], size[2]);
    System.out.printf(Locale.ROOT, "%nmatmul %d × %d × %d%n", size[0], size[1], size[2]);
    List<Entry> entries =
        check(MatmulLadder.rungs(device, problem), problem::largestError, problem.tolerance());
    if (hasTensorCores(device)) {
      entries.addAll(
          check(
              MatmulLadder.tensorCores(device, problem),
              problem::largestError,
              problem.tolerance(BFLOAT16_BITS)));
    }
    if (problem.flop() <= CPU_FLOP) {
      try (Ops cpu = OpsLookup.open(0)) {
        entries.add(cpuMatmul(cpu, problem));
        time(entries, problem.flop());
      }
    } else {
      time(entries, problem.flop());
    }
  }

  private static Entry cpuMatmul(Ops cpu, MatmulProblem p) {
    Tensor a = Tensor.of(p.a(), p.rows(), p.inner());
    Tensor b = Tensor.of(p.b(), p.inner(), p.cols());
    Tensor y = Tensor.zeros(p.rows(), p.cols());
    Runnable product = () -> cpu.matmulNN(a, b, y, false);
    product.run();
    return new Entry(cpu.describe(), false, p.largestError(y.data()), product);
  }

  private void attention(int[] size) {
    if (size[2] > AttentionLadder.WIDEST_HEAD) {
      throw new IllegalArgumentException(
          "heads of %d: at most %d".formatted(size[2], AttentionLadder.WIDEST_HEAD));
    }
    AttentionProblem problem = AttentionProblem.random(size[0], size[1], size[2]);
    System.out.printf(
        Locale.ROOT, "%ncausal attention, %d heads × %d tokens × %d%n", size[0], size[1], size[2]);
    time(
        check(AttentionLadder.rungs(device, problem), problem::largestError, problem.tolerance()),
        problem.flop());
  }

  /** Those that are right. */
  private List<Entry> check(
      List<Rung> rungs, ToDoubleFunction<float[]> largestError, double tolerance) {
    List<Entry> entries = new ArrayList<>();
    for (Rung rung : rungs) {
      rung.run(); // makes the buffers, see ObjectiveGraph
      double error = largestError.applyAsDouble(rung.result());
      if (error <= tolerance) {
        entries.add(new Entry(rung.name(), true, error, rung::run));
      } else {
        wrong = true;
        System.out.printf(
            Locale.ROOT,
            "%-56s WRONG: largest error %.1e, at most %.1e expected; not timed%n",
            rung.name(),
            error,
            tolerance);
      }
    }
    return entries;
  }

  /** Times all in turns, so that other work on the machine affects all of them, and prints. */
  private void time(List<Entry> entries, double flop) {
    int[] repeats = new int[entries.size()];
    for (int e = 0; e < repeats.length; e++) {
      double once = seconds(entries.get(e), 1);
      repeats[e] = (int) Math.clamp(Math.ceil(LEAST_SECONDS / once), 1, 200);
    }
    double[][] seconds = new double[repeats.length][rounds];
    for (int round = 0; round < rounds; round++) {
      for (int e = 0; e < repeats.length; e++) {
        seconds[e][round] = seconds(entries.get(e), repeats[e]);
      }
    }
    System.out.printf(
        Locale.ROOT, "%-56s %10s %10s %10s %10s%n", "", "ms", "GFLOP/s", "× before", "error");
    double before = Double.NaN;
    for (int e = 0; e < repeats.length; e++) {
      double median = median(seconds[e]);
      System.out.printf(
          Locale.ROOT,
          "%-56s %10.3f %10.1f %10s %10.1e%n",
          entries.get(e).name(),
          1e3 * median,
          1e-9 * flop / median,
          e == 0 || !entries.get(e).rung ? "" : String.format(Locale.ROOT, "%.2f", before / median),
          entries.get(e).error());
      before = median;
    }
  }

  private static double seconds(Entry entry, int repeats) {
    long start = System.nanoTime();
    for (int i = 0; i < repeats; i++) {
      entry.run().run();
    }
    return (System.nanoTime() - start) * 1e-9 / repeats;
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
