package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Shape;
import io.jackpot.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A safetensors file: eight bytes of header length (little endian), a JSON header with every
 * tensor's dtype, shape and offsets, then the tensors' bytes without gaps (the format section of
 * the safetensors README, github.com/huggingface/safetensors).
 *
 * <p>The file is mapped into memory. The whole header is checked when it is opened, so a damaged
 * file is an error there and cannot cause an allocation larger than its own content.
 */
public final class Safetensors implements AutoCloseable {
  private static final long LONGEST_HEADER = 100_000_000;
  private static final String METADATA = "__metadata__";
  private static final String DAMAGED =
      "; this is not a safetensors file or not a whole one, get it again";
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Bits of an element of each dtype of the format. Only F32, F16 and BF16 can be read. */
  private static final Map<String, Integer> BITS = new LinkedHashMap<>();

  static {
    for (String dtype : List.of("F32", "I32", "U32")) {
      BITS.put(dtype, 32);
    }
    for (String dtype : List.of("F16", "BF16", "I16", "U16")) {
      BITS.put(dtype, 16);
    }
    for (String dtype : List.of("F64", "I64", "U64", "C64")) {
      BITS.put(dtype, 64);
    }
    for (String dtype :
        List.of(
            "BOOL", "I8", "U8", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ")) {
      BITS.put(dtype, 8);
    }
    BITS.put("F6_E2M3", 6);
    BITS.put("F6_E3M2", 6);
    BITS.put("F4", 4);
  }

  /** A tensor's entry in the header; offsets in bytes from the end of the header. */
  private record Entry(String name, String dtype, Shape shape, long begin, long end) {}

  private final Path file;
  private final Arena arena;
  private final MemorySegment data;
  private final Map<String, Entry> entries;

  private Safetensors(Path file, Arena arena, MemorySegment data, Map<String, Entry> entries) {
    this.file = file;
    this.arena = arena;
    this.data = data;
    this.entries = entries;
  }

  /**
   * Maps and checks {@code file}.
   *
   * @throws InputException if it cannot be read or is not a complete and valid safetensors file
   */
  public static Safetensors open(Path file) {
    return MappedFile.open(
        file,
        (arena, all) -> {
          if (all.byteSize() < 8) {
            throw bad(file, "found " + all.byteSize() + " bytes, expected at least 8" + DAMAGED);
          }
          long length = all.get(LONG, 0);
          if (length < 0 || length > LONGEST_HEADER || length > all.byteSize() - 8) {
            String range = "0 to " + Math.min(LONGEST_HEADER, all.byteSize() - 8);
            throw bad(file, "header length " + length + ", expected " + range + DAMAGED);
          }
          byte[] header = all.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
          if (length == 0 || header[0] != '{') {
            throw bad(file, "the header does not start with {" + DAMAGED);
          }
          MemorySegment data = all.asSlice(8 + length);
          ObjectNode json = Json.parse(header, file + ": header");
          return new Safetensors(file, arena, data, entries(file, json, data.byteSize()));
        });
  }

  private static Map<String, Entry> entries(Path file, ObjectNode header, long dataSize) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> property : header.properties()) {
      String name = property.getKey();
      if (name.equals(METADATA)) {
        checkMetadata(file, property.getValue());
      } else {
        entries.put(name, entry(file, name, property.getValue(), dataSize));
      }
    }
    List<Entry> inOrder = new ArrayList<>(entries.values());
    inOrder.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long end = 0;
    for (Entry entry : inOrder) {
      if (entry.begin != end) {
        String problem = entry.begin < end ? "overlaps the tensor before it" : "leaves a hole";
        throw bad(
            file,
            entry.name,
            problem + ": starts at " + entry.begin + ", expected " + end + DAMAGED);
      }
      end = entry.end;
    }
    if (end != dataSize) {
      throw bad(file, "tensors end at byte " + end + " of " + dataSize + DAMAGED);
    }
    return Collections.unmodifiableMap(entries);
  }

  private static void checkMetadata(Path file, JsonNode metadata) {
    boolean strings = metadata.isObject();
    for (JsonNode value : metadata) {
      strings &= value.isString();
    }
    if (!strings) {
      throw bad(file, METADATA + ": expected an object of strings" + DAMAGED);
    }
  }

  private static Entry entry(Path file, String name, JsonNode node, long dataSize) {
    JsonNode dtype = node.path("dtype");
    Integer bits = dtype.isString() ? BITS.get(dtype.stringValue()) : null;
    if (bits == null) {
      throw bad(file, name, "dtype " + dtype + ", expected one of " + BITS.keySet() + DAMAGED);
    }
    long[] dims = wholeNumbers(node.path("shape"), Integer.MAX_VALUE);
    if (dims == null) {
      throw bad(file, name, "shape " + node.path("shape") + ", expected sizes up to 2147483647");
    }
    long[] offsets = wholeNumbers(node.path("data_offsets"), dataSize);
    if (offsets == null || offsets.length != 2 || offsets[0] > offsets[1]) {
      String found = "data_offsets " + node.path("data_offsets");
      throw bad(
          file, name, found + ", expected [begin, end] within " + dataSize + " bytes" + DAMAGED);
    }
    Shape shape = Shape.of(Arrays.stream(dims).mapToInt(Math::toIntExact).toArray());
    long size;
    try {
      size = bits;
      for (long dim : dims) {
        size = Math.multiplyExact(size, dim);
      }
    } catch (ArithmeticException e) {
      throw bad(file, name, "shape " + shape + " has more than 2^63 bits" + DAMAGED);
    }
    if (size % 8 != 0 || size / 8 != offsets[1] - offsets[0]) {
      String found = (offsets[1] - offsets[0]) + " bytes for " + dtype.stringValue() + shape;
      throw bad(file, name, found + ", expected " + Math.ceilDiv(size, 8) + DAMAGED);
    }
    return new Entry(name, dtype.stringValue(), shape, offsets[0], offsets[1]);
  }

  /** The array's numbers; null unless it is an array of integers from 0 to {@code max}. */
  private static long @Nullable [] wholeNumbers(JsonNode array, long max) {
    if (!array.isArray()) {
      return null;
    }
    long[] numbers = new long[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      JsonNode number = array.path(i);
      if (!number.isIntegralNumber() || !number.canConvertToLong()) {
        return null;
      }
      numbers[i] = number.longValue();
      if (numbers[i] < 0 || numbers[i] > max) {
        return null;
      }
    }
    return numbers;
  }

  /** Names of the tensors, in the header's order. */
  public Set<String> names() {
    return entries.keySet();
  }

  /**
   * The shape of a tensor.
   *
   * @throws InputException if there is no such tensor
   */
  public Shape shape(String name) {
    return entry(name).shape;
  }

  /**
   * A tensor as the file stores it, readable until this is closed.
   *
   * @throws InputException if there is no such tensor, its dtype is not F32, F16 or BF16, or it has
   *     more elements than a Java array can hold
   */
  public StoredTensor stored(String name) {
    Entry entry = entry(name);
    if (entry.shape.size() > Integer.MAX_VALUE - 8) {
      throw bad(file, name, "shape " + entry.shape + ": more than 2147483639 elements");
    }
    Encoding encoding =
        switch (entry.dtype) {
          case "F32" -> Encoding.F32;
          case "F16" -> Encoding.F16;
          case "BF16" -> Encoding.BF16;
          default ->
              throw bad(
                  file,
                  name,
                  "dtype " + entry.dtype + ", expected F32, F16 or BF16; convert the file");
        };
    return new StoredTensor(
        entry.shape, encoding, data.asSlice(entry.begin, entry.end - entry.begin));
  }

  /**
   * Copies a tensor into memory; F16 and BF16 are widened to float32 exactly.
   *
   * @throws InputException as {@link #stored}
   */
  public Tensor read(String name) {
    StoredTensor stored = stored(name);
    float[] values = new float[(int) stored.shape().size()];
    stored.decode(values);
    return Tensor.of(values, stored.shape().dims());
  }

  /** Unmaps the file. */
  @Override
  public void close() {
    arena.close();
  }

  private Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw bad(
          file, "no tensor " + name + "; it is not a file of this model, or an incomplete one");
    }
    return entry;
  }

  /**
   * Writes {@code tensors} as F32, in the map's order.
   *
   * @throws InputException if the file cannot be written; an existing one is then untouched
   */
  public static void write(Path file, Map<String, Tensor> tensors) {
    write(file, tensors, StoredType.F32);
  }

  /**
   * Writes {@code tensors} in the map's order, each number rounded to the nearest of {@code type},
   * ties to even.
   *
   * @throws InputException if the file cannot be written; an existing one is then untouched
   */
  public static void write(Path file, Map<String, Tensor> tensors, StoredType type) {
    ObjectNode header = Json.object();
    // Transformers refuses files that do not name the library they were written for.
    header.putObject(METADATA).put("format", "pt");
    long offset = 0;
    for (Map.Entry<String, Tensor> each : tensors.entrySet()) {
      if (each.getKey().equals(METADATA)) {
        throw new IllegalArgumentException("a tensor cannot be named " + METADATA);
      }
      ObjectNode node = header.putObject(each.getKey()).put("dtype", type.name());
      ArrayNode shape = node.putArray("shape");
      for (int dim : each.getValue().shape().dims()) {
        shape.add(dim);
      }
      long end = offset + (long) type.bytes() * each.getValue().size();
      node.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] json = Json.bytes(header);
    byte[] padded = Arrays.copyOf(json, Math.ceilDiv(json.length, 8) * 8);
    Arrays.fill(padded, json.length, padded.length, (byte) ' ');
    AtomicFiles.writeAtomically(
        file,
        out -> {
          ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
          out.write(buffer.putLong(padded.length).array(), 0, 8);
          out.write(padded);
          for (Tensor tensor : tensors.values()) {
            write(out, tensor, type, buffer);
          }
        });
  }

  private static void write(OutputStream out, Tensor tensor, StoredType type, ByteBuffer buffer)
      throws IOException {
    int step = buffer.capacity() / type.bytes();
    for (int from = 0; from < tensor.size(); from += step) {
      int end = Math.min(from + step, tensor.size());
      buffer.clear();
      for (int i = from; i < end; i++) {
        float value = tensor.data()[i];
        switch (type) {
          case F32 -> buffer.putFloat(value);
          case F16 -> buffer.putShort(Float.floatToFloat16(value));
          case BF16 -> buffer.putShort(StoredType.bfloat16(value));
        }
      }
      out.write(buffer.array(), 0, buffer.position());
    }
  }

  private static InputException bad(Path file, String problem) {
    return MappedFile.bad(file, problem);
  }

  private static InputException bad(Path file, String tensor, String problem) {
    return bad(file, "tensor " + tensor + ": " + problem);
  }
}
