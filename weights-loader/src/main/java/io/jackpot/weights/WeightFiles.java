package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Shape;
import io.jackpot.tensor.Tensor;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The weights of a model folder: {@code model.safetensors}, or the shards that {@code
 * model.safetensors.index.json} lists.
 */
public final class WeightFiles implements WeightSource {
  static final String SINGLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private static final String HEAD = "lm_head.weight";
  private static final String PREFIX = "model.";

  private final Path folder;
  private final Map<String, Safetensors> files = new LinkedHashMap<>();
  private final Map<String, Safetensors> fileOfTensor = new LinkedHashMap<>();

  /** Whether the names lack the prefix {@code model.}, as in the files of a base model. */
  private boolean base;

  private WeightFiles(Path folder) {
    this.folder = folder;
  }

  /**
   * Opens every weight file of {@code folder}.
   *
   * @throws InputException if there is none, or one is missing or damaged
   */
  public static WeightFiles open(Path folder) {
    WeightFiles weights = new WeightFiles(folder);
    try {
      if (Files.exists(folder.resolve(SINGLE))) {
        Safetensors file = weights.file(SINGLE);
        file.names().forEach(name -> weights.fileOfTensor.put(name, file));
      } else if (Files.exists(folder.resolve(INDEX))) {
        weights.readIndex(folder.resolve(INDEX));
      } else {
        throw otherThanExpected(folder);
      }
      weights.base = weights.fileOfTensor.containsKey("embed_tokens.weight");
      return weights;
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  /** The error for a folder without safetensors. */
  private static InputException otherThanExpected(Path folder) {
    String needed = SINGLE + " or " + INDEX;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        String found = null;
        if (name.matches("pytorch_model.*\\.bin|consolidated.*\\.pth|.*\\.(pt|pth)")) {
          found =
              "weights in PyTorch's own format (%s), expected %s; save it again with save_pretrained of transformers"
                  .formatted(name, needed);
        } else if (name.startsWith("consolidated") && name.endsWith(".safetensors")) {
          found = "weights under Mistral's own names (%s), expected %s".formatted(name, needed);
        }
        if (found != null) {
          return new InputException(Json.oneLine(folder + ": " + found));
        }
      }
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot read", folder, e);
    }
    return MissingModel.at(folder, needed);
  }

  private void readIndex(Path index) {
    JsonNode map = Json.read(index).path("weight_map");
    if (!map.isObject()) {
      throw new InputException(index + ": weight_map: expected an object of tensor and file names");
    }
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      String tensor = entry.getKey();
      String fileName = entry.getValue().isString() ? entry.getValue().stringValue() : "";
      // Only plain names: an index must not lead out of its folder.
      if (!fileName.matches("[^/\\\\\\p{Cntrl}]+\\.safetensors")) {
        throw new InputException(
            Json.oneLine(
                index
                    + ": tensor "
                    + tensor
                    + ": file "
                    + entry.getValue()
                    + ", expected the name of a .safetensors file in the same folder"));
      }
      Safetensors file = file(fileName);
      if (!file.names().contains(tensor)) {
        throw new InputException(
            Json.oneLine(
                index
                    + ": tensor "
                    + tensor
                    + " is not in "
                    + fileName
                    + ", where the index says it is; get both files again"));
      }
      fileOfTensor.put(tensor, file);
    }
  }

  /**
   * Writes the weights of a model into {@code folder}: one file, or shards with an index if it
   * would be larger than {@code maxBytes}. A tensor is never split.
   *
   * @throws InputException if one cannot be written
   */
  static void write(Path folder, Map<String, Tensor> tensors, StoredType type, long maxBytes) {
    List<Map<String, Tensor>> shards = new ArrayList<>();
    long total = 0;
    long open = 0;
    for (Map.Entry<String, Tensor> each : tensors.entrySet()) {
      long bytes = (long) type.bytes() * each.getValue().size();
      if (shards.isEmpty() || open + bytes > maxBytes) {
        shards.add(new LinkedHashMap<>());
        open = 0;
      }
      shards.getLast().put(each.getKey(), each.getValue());
      open += bytes;
      total += bytes;
    }
    if (shards.size() == 1) {
      Safetensors.write(folder.resolve(SINGLE), tensors, type);
      return;
    }
    ObjectNode index = Json.object();
    index.putObject("metadata").put("total_size", total);
    ObjectNode map = index.putObject("weight_map");
    for (int i = 0; i < shards.size(); i++) {
      String name = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
      Safetensors.write(folder.resolve(name), shards.get(i), type);
      shards.get(i).keySet().forEach(tensor -> map.put(tensor, name));
    }
    Json.write(folder.resolve(INDEX), index);
  }

  /** Whether {@link #write} uses such a file name. */
  static boolean isName(String file) {
    return file.equals(SINGLE)
        || file.equals(INDEX)
        || file.matches("model-\\d{5}-of-\\d{5}\\.safetensors");
  }

  private Safetensors file(String name) {
    return files.computeIfAbsent(name, each -> Safetensors.open(folder.resolve(each)));
  }

  @Override
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (String name : fileOfTensor.keySet()) {
      names.add(base && !name.equals(HEAD) ? PREFIX + name : name);
    }
    return Collections.unmodifiableSet(names);
  }

  private String nameInFile(String name) {
    return base && name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
  }

  @Override
  public Shape shape(String name) {
    return fileOf(name).shape(nameInFile(name));
  }

  @Override
  public StoredTensor stored(String name) {
    return fileOf(name).stored(nameInFile(name));
  }

  /**
   * Copies a tensor into memory as float32.
   *
   * @throws InputException as {@link Safetensors#read}
   */
  public Tensor read(String name) {
    return fileOf(name).read(nameInFile(name));
  }

  private Safetensors fileOf(String name) {
    Safetensors file = fileOfTensor.get(nameInFile(name));
    if (file == null) {
      throw new InputException(
          Json.oneLine(
              folder
                  + ": no tensor "
                  + name
                  + " in its weights, which config.json asks for;"
                  + " get the folder again or correct config.json"));
    }
    return file;
  }

  @Override
  public void close() {
    files.values().forEach(Safetensors::close);
  }
}
