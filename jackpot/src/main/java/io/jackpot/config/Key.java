package io.jackpot.config;

import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import io.jackpot.weights.Json;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * One setting: a component of a settings record, or of one nested in it, with its {@link Setting}.
 * It reads and writes the values of its type, which is one of {@code String, int, long, float,
 * double, boolean}, their boxes where it is {@code @Nullable}, an enum, or a list of numbers:
 * {@code 1,4,8} on the command line.
 */
public final class Key {
  private static final String NONE = "none";

  /** The components from the settings record to the setting, through nested records. */
  private final List<RecordComponent> path;

  private final RecordComponent component;
  private final Setting setting;
  private final boolean nullable;

  /** The type of a number, or of the numbers of a list. */
  private final Class<?> numberType;

  Key(List<RecordComponent> path) {
    this.path = List.copyOf(path);
    this.component = path.getLast();
    this.setting =
        Objects.requireNonNull(
            component.getAnnotation(Setting.class), component + " has no @Setting");
    this.nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    this.numberType =
        component.getGenericType() instanceof ParameterizedType list
            ? (Class<?>) list.getActualTypeArguments()[0]
            : component.getType();
    path.forEach(part -> part.getAccessor().setAccessible(true));
  }

  /** As in a config file: {@code clipLow}. */
  public String name() {
    return component.getName();
  }

  /** As on the command line: {@code --clip-low}. */
  public String flag() {
    return Names.flag(name());
  }

  /** One line of explanation. */
  public String help() {
    return setting.help();
  }

  public Class<?> type() {
    return component.getType();
  }

  /** The default as on the command line; null for a required setting. */
  public @Nullable String defaultText() {
    return setting.value().isEmpty() ? null : setting.value();
  }

  /** Whether {@code --resume} may change it. */
  public boolean isChangeable() {
    return setting.changeable();
  }

  /** Its value in a settings record. */
  @Nullable Object valueIn(Record settings) {
    Object value = settings;
    try {
      for (RecordComponent part : path) {
        value = part.getAccessor().invoke(value);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
    return value;
  }

  /**
   * The value that {@code text} stands for on the command line.
   *
   * @param where the flag, for messages
   * @throws InputException if it is not one of this setting's values
   */
  @Nullable Object parse(String text, String where) {
    if (nullable && text.equals(NONE)) {
      return null;
    }
    if (type() == String.class && !text.isBlank()) {
      return text;
    }
    if (type() == boolean.class && (text.equals("true") || text.equals("false"))) {
      return Boolean.valueOf(text);
    }
    for (Object constant : constants()) {
      if (Names.of((Enum<?>) constant).equals(text)) {
        return constant;
      }
    }
    List<String> texts = isList() ? List.of(text.split(",", -1)) : List.of(text);
    return numbers(texts, where, text, NONE);
  }

  /**
   * The value that {@code node} stands for in a config file. Null may also be written {@code
   * "none"}.
   *
   * @param where file and key, for messages
   * @throws InputException if it is not one of this setting's values
   */
  @Nullable Object parse(JsonNode node, String where) {
    if (node.isNull() && nullable) {
      return null;
    }
    if (node.isString() && (!isNumber() || node.stringValue().equals(NONE))) {
      return parse(node.stringValue(), where);
    }
    if (node.isBoolean() && type() == boolean.class) {
      return node.booleanValue();
    }
    boolean array = node.isArray() && node.values().stream().allMatch(JsonNode::isNumber);
    List<String> texts = List.of();
    if (isList() && array) {
      texts = node.values().stream().map(JsonNode::toString).toList();
    } else if (!isList() && node.isNumber()) {
      texts = List.of(node.toString());
    }
    return numbers(texts, where, node.toString(), "null");
  }

  /** The number, or the list of numbers, that {@code texts} are. */
  private Object numbers(List<String> texts, String where, String found, String none) {
    List<Number> numbers = new ArrayList<>();
    for (String text : texts) {
      Number number = isNumber() ? number(text) : null;
      if (number == null) {
        throw wrong(where, found, none);
      }
      numbers.add(number);
    }
    if (numbers.isEmpty()) {
      throw wrong(where, found, none);
    }
    return isList() ? List.copyOf(numbers) : numbers.getFirst();
  }

  /**
   * The JSON that {@link #parse(JsonNode, String)} reads; numbers have no more digits than they
   * need.
   */
  JsonNode toJson(@Nullable Object value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (value) {
      case null -> nodes.nullNode();
      case Integer number -> nodes.numberNode(number);
      case Long number -> nodes.numberNode(number);
      case Number number -> nodes.numberNode(shortest(number));
      case Boolean bool -> nodes.booleanNode(bool);
      case List<?> list -> nodes.arrayNode().addAll(list.stream().map(this::toJson).toList());
      case Enum<?> constant -> nodes.stringNode(Names.of(constant));
      default -> nodes.stringNode(value.toString());
    };
  }

  /** The decimal that {@code toString} gives, which is the shortest that reads back the same. */
  private static BigDecimal shortest(Number number) {
    BigDecimal decimal = new BigDecimal(number.toString()).stripTrailingZeros();
    return decimal.scale() < 0 ? decimal.setScale(0) : decimal;
  }

  private boolean isNumber() {
    return numberType.isPrimitive()
        ? numberType != boolean.class
        : Number.class.isAssignableFrom(numberType);
  }

  private boolean isList() {
    return type() == List.class;
  }

  private boolean isLong() {
    return numberType == long.class || numberType == Long.class;
  }

  private boolean isInt() {
    return numberType == int.class || numberType == Integer.class;
  }

  private boolean isFloat() {
    return numberType == float.class || numberType == Float.class;
  }

  private List<Object> constants() {
    Object @Nullable [] constants = type().getEnumConstants();
    return constants == null ? List.of() : List.of(constants);
  }

  /** The number that {@code text} is; null if it does not fit the type or is out of range. */
  private @Nullable Number number(String text) {
    Number number;
    try {
      BigDecimal decimal = new BigDecimal(text);
      if (isInt()) {
        number = decimal.intValueExact();
      } else if (isLong()) {
        number = decimal.longValueExact();
      } else if (isFloat()) {
        number = decimal.floatValue();
      } else {
        number = decimal.doubleValue();
      }
    } catch (ArithmeticException | NumberFormatException e) {
      return null;
    }
    double value = number.doubleValue();
    boolean inRange = value >= setting.min() && value <= setting.max();
    boolean excluded = setting.above() && value == setting.min();
    return inRange && !excluded && Double.isFinite(value) ? number : null;
  }

  private InputException wrong(String where, String found, String none) {
    String shown = found.isBlank() ? "\"" + found + "\"" : found;
    String message = where + ": found " + shown + ", expected " + expected();
    if (nullable) {
      message += ", or " + none;
    }
    if (type().isEnum()) {
      List<String> names = constants().stream().map(c -> Names.of((Enum<?>) c)).toList();
      message += "; nearest is " + Names.nearest(found, names);
    }
    return new InputException(Json.oneLine(message));
  }

  /** The allowed values, in words. */
  private String expected() {
    if (type() == String.class) {
      return "text that is not blank";
    }
    if (type() == boolean.class) {
      return "true or false";
    }
    if (type().isEnum()) {
      return constants().stream()
          .map(constant -> Names.of((Enum<?>) constant))
          .collect(Collectors.joining(", ", "one of ", ""));
    }
    return (isList() ? "numbers, each " : "") + expectedNumber();
  }

  private String expectedNumber() {
    if (isInt() || isLong()) {
      long lowest = isInt() ? Integer.MIN_VALUE : Long.MIN_VALUE;
      long highest = isInt() ? Integer.MAX_VALUE : Long.MAX_VALUE;
      // Casts of the infinities are the ends of the range of long.
      return "an integer from "
          + Math.max(lowest, (long) setting.min())
          + " to "
          + Math.min(highest, (long) setting.max());
    }
    String from =
        setting.min() == Double.NEGATIVE_INFINITY ? "" : shortest(setting.min()).toString();
    if (setting.max() != Double.POSITIVE_INFINITY) {
      String to = shortest(setting.max()).toString();
      return setting.above()
          ? "a number above " + from + " and at most " + to
          : "a number from " + from + " to " + to;
    }
    if (!from.isEmpty()) {
      return "a number " + (setting.above() ? "above " : "of at least ") + from;
    }
    return "a number";
  }
}
