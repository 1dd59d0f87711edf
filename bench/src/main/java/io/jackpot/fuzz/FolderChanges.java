package io.jackpot.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jackpot.fuzz.Target.Input;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Folders with one or two of their files changed: values of JSON, lines, headers of weights, or
 * bytes; lost, or under another name. Checkpoints mostly get the checksums of what they then hold,
 * as one has that somebody edited, so that more than the checksums is tried.
 */
final class FolderChanges {
  private static final String MANIFEST = "manifest.json";

  private FolderChanges() {}

  static Input changed(Choices choices, Map<String, byte[]> valid) {
    Map<String, byte[]> files = new LinkedHashMap<>(valid);
    List<String> names = List.copyOf(valid.keySet());
    for (int i = 1 + choices.below(2); i > 0; i--) {
      String name = choices.pick(names);
      byte[] content = files.remove(name);
      if (content != null && !choices.oneIn(20)) {
        boolean elsewhere = choices.oneIn(20);
        files.put(
            elsewhere ? choices.pick(names) : name,
            elsewhere ? content : changed(choices, name, content));
      }
    }
    return new Input(choices.oneIn(5) ? files : withChecksums(files));
  }

  private static byte[] changed(Choices choices, String name, byte[] content) {
    if (choices.oneIn(8)) {
      return choices.damaged(content);
    } else if (name.endsWith(".json")) {
      return valueChanged(choices, content);
    } else if (name.endsWith(".jsonl")) {
      return lines(choices, content);
    } else if (name.endsWith(".safetensors")) {
      return weights(choices, content);
    }
    return choices.damaged(content);
  }

  private static byte[] valueChanged(Choices choices, byte[] json) {
    try {
      return JsonText.changed(choices, JsonText.valid(new String(json, UTF_8)));
    } catch (RuntimeException e) {
      return json; // A change before has made it something else.
    }
  }

  private static byte[] lines(Choices choices, byte[] content) {
    List<String> lines = new ArrayList<>(new String(content, UTF_8).lines().toList());
    int at = choices.below(lines.size());
    switch (choices.below(6)) {
      case 0 -> lines.remove(at);
      case 1 -> lines.add(at, lines.get(at));
      case 2 -> lines.add(choices.below(lines.size()), lines.get(at));
      default ->
          lines.set(at, new String(valueChanged(choices, lines.get(at).getBytes(UTF_8)), UTF_8));
    }
    return lines.stream().map(line -> line + "\n").collect(Collectors.joining()).getBytes(UTF_8);
  }

  /** Changes the header, or writes other numbers (NaN, infinity, large ones) over the weights. */
  private static byte[] weights(Choices choices, byte[] content) {
    ByteBuffer file = ByteBuffer.wrap(content.clone()).order(ByteOrder.LITTLE_ENDIAN);
    int end = content.length < 8 ? -1 : 8 + (int) file.getLong(0);
    if (end < 8 || end > content.length) {
      return choices.damaged(content);
    }
    if (choices.oneIn(2) && end < content.length) {
      for (int i = choices.size(content.length / 4); i > 0; i--) {
        float other = choices.pick(List.of(Float.NaN, Float.POSITIVE_INFINITY, 1e38f, -1e30f, 0f));
        file.putFloat(
            Math.min(content.length - 4, end + choices.below(content.length - end)), other);
      }
      return file.array();
    }
    byte[] header = valueChanged(choices, Arrays.copyOfRange(content, 8, end));
    return new Bytes(choices, 50)
        .int64(header.length)
        .raw(header)
        .raw(Arrays.copyOfRange(content, end, content.length))
        .done();
  }

  /** The files of {@code valid} with one that is written by hand, and its checksum. */
  static Input with(Map<String, byte[]> valid, String name, String text) {
    return new Input(withChecksums(Known.with(valid, name, text).files()));
  }

  /** Lists every file of a checkpoint in its manifest, unless the manifest is no JSON. */
  private static Map<String, byte[]> withChecksums(Map<String, byte[]> files) {
    Map<String, byte[]> all = new LinkedHashMap<>(files);
    for (String name : files.keySet()) {
      if (name.endsWith("/" + MANIFEST)) {
        all.put(name, manifest(files, name.substring(0, name.length() - MANIFEST.length())));
      }
    }
    return all;
  }

  private static byte[] manifest(Map<String, byte[]> all, String folder) {
    ObjectNode manifest = JsonNodeFactory.instance.objectNode();
    ObjectNode files = manifest.putObject("files");
    all.forEach((name, content) -> {
      if (name.startsWith(folder) && !name.endsWith(MANIFEST)) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        files
            .putObject(name.substring(folder.length()))
            .put("size", content.length)
            .put("crc32c", "%08x".formatted(crc.getValue()));
      }
    });
    return manifest.toString().getBytes(UTF_8);
  }

  /** A file of JSON with another value under a key. */
  static Input edited(Map<String, byte[]> valid, String name, String key, String value) {
    byte[] content = Objects.requireNonNull(valid.get(name));
    ObjectNode json = (ObjectNode) JsonText.valid(new String(content, UTF_8));
    JsonNode other = JsonText.valid(value);
    json.set(key, other);
    return with(valid, name, json.toString());
  }
}
