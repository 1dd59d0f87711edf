package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A little-endian GGUF file of version 2 or 3: named settings, then names, shapes and offsets of
 * tensors, then their blocks (docs/gguf.md of github.com/ggml-org/ggml).
 *
 * <p>The file is mapped into memory. All offsets and sizes are checked when it is opened, so a
 * damaged file is an error there and cannot cause an allocation larger than its own content.
 */
public final class Gguf implements AutoCloseable {
  private static final long MOST_DIMENSIONS = 4;
  private static final int ALIGNMENT = 32;

  private final Arena arena;
  private final Path file;
  private final Map<String, Object> metadata;
  private final Map<String, StoredTensor> tensors;

  private Gguf(
      Path file, Arena arena, Map<String, Object> metadata, Map<String, StoredTensor> tensors) {
    this.file = file;
    this.arena = arena;
    this.metadata = metadata;
    this.tensors = tensors;
  }

  /**
   * Maps and checks {@code file}.
   *
   * @throws InputException if it cannot be read, is not a complete and valid GGUF file or has
   *     tensors of a type that is not supported
   */
  public static Gguf open(Path file) {
    return MappedFile.open(
        file,
        (arena, content) -> {
          GgufReader in = new GgufReader(file, content);
          in.header();
          long tensorCount = in.count("tensor count", 24);
          Map<String, Object> metadata = in.metadata(in.count("count of settings", 13));
          List<Place> places = new ArrayList<>();
          for (long i = 0; i < tensorCount; i++) {
            places.add(place(in));
          }
          long alignment = alignment(file, metadata);
          long start = Math.ceilDiv(in.position(), alignment) * alignment;
          long size = content.byteSize() - start;
          if (size < 0) {
            // Without tensors, the padding after the names may be missing.
            start = content.byteSize();
            size = 0;
          }
          MemorySegment data = content.asSlice(start);
          checkPlaces(file, places, alignment, size);
          Map<String, StoredTensor> tensors = new LinkedHashMap<>();
          for (Place place : places) {
            MemorySegment bytes = data.asSlice(place.offset, place.bytes);
            StoredTensor tensor = new StoredTensor(place.shape, place.encoding, bytes);
            if (tensors.put(place.name, tensor) != null) {
              throw in.bad("two tensors are named " + place.name);
            }
          }
          return new Gguf(
              file,
              arena,
              Collections.unmodifiableMap(metadata),
              Collections.unmodifiableMap(tensors));
        });
  }

  /** The file's description of a tensor; offset and size in bytes. */
  private record Place(String name, Shape shape, Encoding encoding, long offset, long bytes) {}

  private static Place place(GgufReader in) {
    String name = in.string("a tensor's name");
    long rank = in.unsigned32();
    if (rank > MOST_DIMENSIONS) {
      throw in.bad("tensor " + name + ": " + rank + " dimensions, expected up to 4");
    }
    // The fastest dimension comes first in the file.
    int[] dims = new int[(int) rank];
    long elements = 1;
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      long dim = in.int64();
      if (dim < 0 || dim > Integer.MAX_VALUE || elements * dim > Integer.MAX_VALUE - 8) {
        throw in.bad(
            "tensor %s: a dimension of %s, expected at most 2147483639 elements"
                .formatted(name, Long.toUnsignedString(dim)));
      }
      elements *= dim;
      dims[axis] = (int) dim;
    }
    int number = in.int32();
    Encoding encoding = Encoding.of(number);
    if (encoding == null) {
      throw new InputException(
          Json.oneLine(
              "%s: tensor %s is of type %s, expected one of %s; convert the model to one of those"
                  .formatted(in.file(), name, Encoding.name(number), List.of(Encoding.values()))));
    }
    long row = dims.length == 0 ? 1 : dims[dims.length - 1];
    if (row % encoding.elements() != 0) {
      throw in.bad(
          "tensor %s: rows of %d elements, expected a multiple of %d as of %s"
              .formatted(name, row, encoding.elements(), encoding));
    }
    long bytes = elements / encoding.elements() * encoding.bytes();
    return new Place(name, Shape.of(dims), encoding, in.int64(), bytes);
  }

  private static long alignment(Path file, Map<String, Object> metadata) {
    Object value = metadata.getOrDefault("general.alignment", (long) ALIGNMENT);
    if (value instanceof Long alignment
        && alignment > 0
        && alignment <= 1 << 30
        && Long.bitCount(alignment) == 1) {
      return alignment;
    }
    throw MappedFile.bad(
        file, "general.alignment: found " + value + ", expected a power of two up to 2^30");
  }

  private static void checkPlaces(Path file, List<Place> places, long alignment, long size) {
    List<Place> inOrder = new ArrayList<>(places);
    inOrder.sort(Comparator.comparingLong(Place::offset).thenComparingLong(Place::bytes));
    long end = 0;
    for (Place place : inOrder) {
      String problem = null;
      if (place.offset < 0 || place.offset > size || place.bytes > size - place.offset) {
        problem = "lies outside of the file, which has " + size + " bytes of tensors";
      } else if (place.offset % alignment != 0) {
        problem = "is not at a multiple of " + alignment;
      } else if (place.offset < end) {
        problem = "overlaps the tensor before it, which ends at " + end;
      }
      if (problem != null) {
        throw MappedFile.bad(
            file,
            "tensor %s: %d bytes at %s: %s%s"
                .formatted(
                    place.name,
                    place.bytes,
                    Long.toUnsignedString(place.offset),
                    problem,
                    GgufReader.DAMAGED));
      }
      end = place.offset + place.bytes;
    }
  }

  /**
   * The settings by name, in the file's order. Values are {@link String}, {@link Boolean}, {@link
   * Long} for integers of any width (unsigned 64-bit ones by their bits), {@link Double} for
   * float32 and float64, and arrays: {@code String[]}, {@code boolean[]}, {@code int[]} (8, 16 bits
   * and signed 32), {@code long[]} (unsigned 32 and 64), {@code float[]}, {@code double[]} and
   * {@code Object[]} of arrays.
   */
  public Map<String, Object> metadata() {
    return metadata;
  }

  /** Names of the tensors, in the file's order. */
  public Set<String> names() {
    return tensors.keySet();
  }

  /**
   * A tensor as the file stores it.
   *
   * @throws InputException if there is no such tensor
   */
  public StoredTensor stored(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw MappedFile.bad(
          file, "no tensor " + name + "; it is not a file of this model, or an incomplete one");
    }
    return tensor;
  }

  /** Unmaps the file. */
  @Override
  public void close() {
    arena.close();
  }
}
