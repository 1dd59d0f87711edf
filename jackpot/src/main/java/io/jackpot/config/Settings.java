package io.jackpot.config;

import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import io.jackpot.weights.Json;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The settings of a command, by the {@link Setting}s of a record's components: the one source of
 * config keys, flags, their help, and the {@code config.json} of a run. Settings that several
 * commands share are a record nested in the records of these commands; its components count as
 * components of the outer record. Values come in layers, maps from key to value (null for none), of
 * which a later one wins: the defaults, a preset, a config file, flags.
 *
 * @param <R> the record; its constructor checks the settings against each other
 */
public final class Settings<R extends Record> {
  /**
   * Names of settings that users may expect from other programs and that a settings record refuses.
   */
  @Target(ElementType.TYPE)
  @Retention(RetentionPolicy.RUNTIME)
  public @interface Refuses {
    /** The names, written as keys of a config file. */
    String[] names();

    /** The reason, and what to do instead; the message appends it to the name. */
    String because();
  }

  private final Class<R> type;
  private final Map<String, Key> keys = new LinkedHashMap<>();

  /** The keys by their earlier names. */
  private final Map<String, Key> former = new LinkedHashMap<>();

  private Settings(Class<R> type) {
    this.type = type;
    addKeys(type, List.of(), Group.RUN);
  }

  private void addKeys(Class<?> record, List<RecordComponent> outer, Group before) {
    Group group = before;
    for (RecordComponent component : record.getRecordComponents()) {
      List<RecordComponent> path = Stream.concat(outer.stream(), Stream.of(component)).toList();
      if (component.getType().isRecord()) {
        addKeys(component.getType(), path, group);
      } else {
        Key key = new Key(path, group);
        keys.put(key.name(), key);
        group = key.group();
        key.formerNames().forEach(name -> former.put(name, key));
      }
    }
  }

  public static <R extends Record> Settings<R> of(Class<R> type) {
    return new Settings<>(type);
  }

  /** All settings, in order. */
  public List<Key> keys() {
    return List.copyOf(keys.values());
  }

  /** Names of the settings that {@code --resume} may change, in order. */
  public List<String> changeable() {
    return keys.values().stream().filter(Key::isChangeable).map(Key::name).toList();
  }

  /** Every default. */
  public R defaults() {
    return build();
  }

  /**
   * The values of a config file: a flat JSON object of any of the keys.
   *
   * @throws InputException if it cannot be read, has an unknown or repeated key, or a value that
   *     its key does not take
   */
  public Map<String, @Nullable Object> file(Path file) {
    return json(Json.read(file), file.toString());
  }

  /**
   * The values of a flat JSON object of any of the keys.
   *
   * @param where what it is, for messages
   * @throws InputException if a key is unknown or given under two of its names, or does not take
   *     its value
   */
  public Map<String, @Nullable Object> json(ObjectNode object, String where) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      Key key = key(entry.getKey());
      if (key == null) {
        throw unknown(where + ": " + entry.getKey(), entry.getKey());
      }
      if (values.containsKey(key.name())) {
        throw new InputException(
            "%s: %s: given under two names (%s is the earlier one), expected one of them"
                .formatted(where, key.name(), String.join(", ", key.formerNames())));
      }
      values.put(key.name(), key.parse(entry.getValue(), where + ": " + entry.getKey()));
    }
    return values;
  }

  private @Nullable Key key(String name) {
    Key key = keys.get(name);
    return key == null ? former.get(name) : key;
  }

  private InputException unknown(String where, String name) {
    Refuses refuses = type.getAnnotation(Refuses.class);
    return new InputException(
        Json.oneLine(
            refuses != null && refused().contains(name)
                ? where + ": " + refuses.because()
                : where + ": no such setting; nearest is " + Names.nearest(name, keys.keySet())));
  }

  /** The refused names. */
  public List<String> refused() {
    Refuses refuses = type.getAnnotation(Refuses.class);
    return refuses == null ? List.of() : List.of(refuses.names());
  }

  /**
   * The values of flags.
   *
   * @param texts the values as on the command line, by key as in a config file, or an earlier name
   * @throws InputException if a key is unknown, or does not take its value
   */
  public Map<String, @Nullable Object> flags(Map<String, String> texts) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    texts.forEach((name, text) -> {
      Key key = key(name);
      if (key == null) {
        throw new InputException(
            withFlags(String.valueOf(unknown(Names.flag(name), name).getMessage()), Set.of()));
      }
      values.put(key.name(), key.parse(text, Names.flag(name)));
    });
    return values;
  }

  /**
   * Applies layers to the defaults; the last one wins.
   *
   * @throws InputException if a setting without default is not given, or the record's own checks
   *     fail
   */
  @SafeVarargs
  public final R build(Map<String, @Nullable Object>... layers) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (Key key : keys.values()) {
      String text = key.defaultText();
      if (text != null) {
        values.put(key.name(), key.parse(text, key.flag()));
      }
    }
    for (Map<String, @Nullable Object> layer : layers) {
      values.putAll(layer);
    }
    for (Key key : keys.values()) {
      if (!values.containsKey(key.name())) {
        throw new InputException(key.flag() + ": missing, expected " + key.help());
      }
    }
    return construct(type, values);
  }

  /**
   * Returns the result of {@code build}. A message about settings that contradict each other names
   * them as users wrote them: keys where they stand in a file, flags otherwise.
   *
   * @param inFile the keys that a file gave
   * @throws InputException as {@code build} throws it
   */
  public <T> T named(Set<String> inFile, Supplier<T> build) {
    try {
      return build.get();
    } catch (InputException e) {
      throw new InputException(withFlags(String.valueOf(e.getMessage()), inFile), e);
    }
  }

  private String withFlags(String message, Set<String> inFile) {
    String result = message;
    for (Key key : keys.values()) {
      if (!inFile.contains(key.name())) {
        result = key.withFlag(result);
      }
    }
    return result;
  }

  private static <T> T construct(Class<T> record, Map<String, @Nullable Object> values) {
    RecordComponent[] components = record.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
    @Nullable Object[] arguments = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      arguments[i] =
          types[i].isRecord() ? construct(types[i], values) : values.get(components[i].getName());
    }
    try {
      Constructor<T> constructor = record.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof InputException bad ? bad : new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Every key with its value, as {@link #fromJson} reads it. */
  public ObjectNode toJson(R settings) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    keys.forEach((name, key) -> object.set(name, key.toJson(key.valueIn(settings))));
    return object;
  }

  /** Every key with its value. */
  public Map<String, @Nullable Object> values(R settings) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    keys.forEach((name, key) -> values.put(name, key.valueIn(settings)));
    return values;
  }

  /**
   * Reads what {@link #toJson} wrote, perhaps an earlier version of it: a setting that came later
   * has its default, which is what there was before it.
   *
   * @param where what it is, for messages
   * @throws InputException as for {@link #json}
   */
  public R fromJson(ObjectNode object, String where) {
    return build(json(object, where));
  }

  /**
   * Checks that the settings of {@code now} are those of {@code before}, but for those that a
   * resume may change.
   *
   * @param where {@code now} stands, for messages
   * @param since when {@code before} held, for messages
   * @throws InputException which names the first that differs, with both values
   */
  public void requireUnchanged(R now, R before, String where, String since) {
    for (Key key : keys.values()) {
      Object found = key.valueIn(now);
      Object expected = key.valueIn(before);
      if (!key.isChangeable() && !Objects.equals(found, expected)) {
        throw new InputException(
            Json.oneLine(
                "%s: %s: found %s, expected %s as %s; restore it, or start anew with --out"
                    .formatted(where, key.name(), key.toJson(found), key.toJson(expected), since)));
      }
    }
  }

  /** Names of the settings that {@code object} lacks. */
  public List<String> missing(ObjectNode object) {
    return keys.values().stream()
        .filter(key -> !object.has(key.name()) && key.formerNames().stream().noneMatch(object::has))
        .map(Key::name)
        .toList();
  }
}
