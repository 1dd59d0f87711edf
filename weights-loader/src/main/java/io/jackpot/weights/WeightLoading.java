package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Tensor;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.Parameters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Copies a model's weights from its files into float32 arrays, on all processors, in pieces of a
 * few megabytes. The mapped pages of a piece are released after it, so the peak memory is little
 * more than the arrays.
 */
final class WeightLoading {
  private static final int PIECE = 1 << 20;
  private static final int INFINITY = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

  private final LoadListener listener;
  private final long total;
  private final AtomicLong done = new AtomicLong();

  private WeightLoading(LoadListener listener, long total) {
    this.listener = listener;
    this.total = total;
  }

  /**
   * Loads all parameters of {@code config}.
   *
   * @param where the model, for messages
   * @throws InputException if a tensor is of a type that is not supported, or holds NaN or infinity
   */
  static Parameters load(
      Path where, ModelConfig config, WeightSource source, LoadListener listener) {
    Map<String, StoredTensor> stored = new HashMap<>();
    for (String name : Parameters.shapes(config).keySet()) {
      stored.put(name, source.stored(name));
    }
    long total = stored.values().stream().mapToLong(each -> each.bytes().byteSize()).sum();
    WeightLoading loading = new WeightLoading(listener, total);
    listener.loaded(0, total);
    try (ExecutorService threads =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(), Thread.ofPlatform().daemon().factory())) {
      List<Future<?>> pieces = new ArrayList<>();
      Parameters parameters =
          Parameters.of(
              config,
              name -> {
                StoredTensor tensor = stored.get(name);
                if (tensor == null) {
                  throw new IllegalStateException(name);
                }
                Tensor values =
                    Tensor.of(new float[(int) tensor.shape().size()], tensor.shape().dims());
                int step = Math.max(1, PIECE / Math.max(1, tensor.rowLength()));
                for (int from = 0; from < tensor.rows(); from += step) {
                  int first = from;
                  int end = Math.min(tensor.rows(), from + step);
                  pieces.add(
                      threads.submit(() -> {
                        loading.piece(tensor, first, end, values);
                        requireFinite(where, name, tensor, values, first, end);
                      }));
                }
                return values;
              });
      for (Future<?> piece : pieces) {
        await(piece);
      }
      return parameters;
    }
  }

  private void piece(StoredTensor tensor, int from, int to, Tensor values) {
    tensor.decode(from, to, values.data());
    tensor.unload(from, to);
    long bytes = tensor.bytes().byteSize() / tensor.rows() * (to - from);
    listener.loaded(done.addAndGet(bytes), total);
  }

  /** Checks the rows {@code from} to {@code to - 1}, which have just been read. */
  private static void requireFinite(
      Path where, String name, StoredTensor stored, Tensor values, int from, int to) {
    int first = from * stored.rowLength();
    int last = to * stored.rowLength();
    float[] data = values.data();
    int largest = 0;
    // A maximum of bit patterns without sign, which compiles to vector instructions.
    for (int i = first; i < last; i++) {
      largest = Math.max(largest, Float.floatToRawIntBits(data[i]) & Integer.MAX_VALUE);
    }
    if (largest < INFINITY) {
      return;
    }
    int bad = first;
    while (Float.isFinite(data[bad])) {
      bad++;
    }
    String index =
        values.shape().rank() < 2
            ? Integer.toString(bad)
            : bad / values.cols() + ", " + bad % values.cols();
    throw new InputException(
        Json.oneLine(
            "%s: %s[%s]: %s, expected finite weights; use a copy or a checkpoint without it"
                .formatted(where, name, index, data[bad])));
  }

  private static void await(Future<?> piece) {
    try {
      piece.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InputException input) {
        throw input;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
