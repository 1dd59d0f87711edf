package io.jackpot.config;

import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import io.jackpot.weights.Json;
import java.lang.invoke.MethodType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  /** The components from the settings record to the setting, through nested records. */
  private final List<RecordComponent> path;

  private final RecordComponent component;
  private final Setting setting;
  private final Group group;

  /** The key in a message: after a comma or not, with the word that may be its value. */
  private final Pattern use;

  private final boolean nullable;

  /** The type of a number, or of the numbers of a list; that of an object for a primitive one. */
  private final Class<?> numberType;

  /**
   * @param before the group of the setting before it
   */
  Key(List<RecordComponent> path, Group before) {
    this.path = List.copyOf(path);
    this.component = path.getLast();
    this.setting =
        Objects.requireNonNull(
            component.getAnnotation(Setting.class), component + " has no @Setting");
    this.group = setting.group().length == 0 ? before : setting.group()[0];
    this.nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    Class<?> single =
        component.getGenericType() instanceof ParameterizedType list
            ? (Class<?>) list.getActualTypeArguments()[0]
            : component.getType();
    this.numberType = MethodType.methodType(single).wrap().returnType();
    this.use = Pattern.compile("(, |)(?<![-\\w])(" + name() + ")(?![-\\w])(?: ([^\\s,:;()]+))?");
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

  /**
   * A message in which this key is written as its flag. The key is recognised where it cannot be a
   * word of a sentence: if it has a capital letter, if the message begins with it, alone or in a
   * list of settings, or before one of its values.
   */
  String withFlag(String message) {
    boolean camelCase = !name().equals(name().toLowerCase(Locale.ROOT));
    int subject = Math.max(0, message.indexOf(": "));
    Matcher found = use.matcher(message);
    StringBuilder result = new StringBuilder();
    while (found.find()) {
      String value = found.group(3);
      boolean before = value != null && isValue(value);
      boolean inSubject =
          found.end(2) <= subject && (found.start(2) == 0 || !found.group(1).isEmpty());
      if (camelCase || before || inSubject) {
        boolean bool = before && type() == boolean.class;
        String flag = bool && value.equals("false") ? flag().replaceFirst("--", "--no-") : flag();
        String rest = value == null || bool ? "" : " " + value;
        found.appendReplacement(result, Matcher.quoteReplacement(found.group(1) + flag + rest));
      }
    }
    return found.appendTail(result).toString();
  }

  /**
   * A text for people in which this key, if it cannot be a word of theirs, is written as its flag.
   */
  public String inText(String text) {
    boolean camelCase = !name().equals(name().toLowerCase(Locale.ROOT));
    // Few texts name another key, and an expression costs more than a look for its name.
    return camelCase && text.contains(name())
        ? text.replaceAll("\\b" + name() + "\\b", flag())
        : text;
  }

  private boolean isValue(String text) {
    if (type() == String.class) {
      return false;
    }
    try {
      parse(text, flag());
      return true;
    } catch (InputException e) {
      return false;
    }
  }

  /** Earlier names as in a config file, which are still read. */
  public List<String> formerNames() {
    return List.of(setting.formerly());
  }

  /** Whether it takes several values, separated by commas on the command line. */
  public boolean takesList() {
    return isList() || setting.list();
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

  /** The part of the help that it is in. */
  public Group group() {
    return group;
  }

  /** Whether {@code --help} shows it, and not {@code --help-all} alone. */
  public boolean isCommon() {
    return setting.common();
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
    if (nullable && text.equals(setting.absent())) {
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
    return numbers(texts, where, text, setting.absent());
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
    if (node.isString() && (!isNumber() || node.stringValue().equals(setting.absent()))) {
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
    List<Number> numbers = texts.stream().flatMap(text -> number(text).stream()).toList();
    if (!isNumber() || numbers.isEmpty() || numbers.size() < texts.size()) {
      throw wrong(where, found, none);
    }
    return isList() ? numbers : numbers.getFirst();
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
    return Number.class.isAssignableFrom(numberType);
  }

  private boolean isList() {
    return type() == List.class;
  }

  private List<Object> constants() {
    Object @Nullable [] constants = type().getEnumConstants();
    return constants == null ? List.of() : List.of(constants);
  }

  /** The values as users write them, where these are few: those of an enum. */
  public List<String> names() {
    return constants().stream().map(constant -> Names.of((Enum<?>) constant)).toList();
  }

  /** The number that {@code text} is; empty if it does not fit the type or is out of range. */
  private Optional<Number> number(String text) {
    Number number;
    try {
      BigDecimal decimal = new BigDecimal(text);
      if (numberType == Integer.class) {
        number = decimal.intValueExact();
      } else if (numberType == Long.class) {
        number = decimal.longValueExact();
      } else if (numberType == Float.class) {
        number = decimal.floatValue();
      } else {
        number = decimal.doubleValue();
      }
    } catch (ArithmeticException | NumberFormatException e) {
      return Optional.empty();
    }
    double value = number.doubleValue();
    // A number so small that it is not held as it is written would be another setting.
    boolean vanished = !isNormal(number) && new BigDecimal(text).signum() != 0;
    boolean inRange = value >= setting.min() && value <= setting.max();
    boolean excluded = setting.above() && value == setting.min();
    return Optional.of(number)
        .filter(_ -> inRange && !excluded && !vanished && Double.isFinite(value));
  }

  /** Whether it is not 0 and has all the digits of its type. */
  private static boolean isNormal(Number number) {
    return number instanceof Float single
        ? Math.abs(single) >= Float.MIN_NORMAL
        : number instanceof Double value
            ? Math.abs(value) >= Double.MIN_NORMAL
            : number.longValue() != 0;
  }

  private InputException wrong(String where, String found, String none) {
    String shown = found.isBlank() ? "\"" + found + "\"" : found;
    String message = where + ": found " + shown + ", expected " + expected() + beyond(found);
    if (nullable) {
      message += ", or " + none;
    }
    if (type().isEnum()) {
      message += "; nearest is " + Names.nearest(found, names());
    }
    return new InputException(Json.oneLine(message));
  }

  /** Why a number that may be in range cannot be held; empty for others. */
  private String beyond(String found) {
    boolean single = numberType == Float.class;
    if (!single && numberType != Double.class) {
      return "";
    }
    int bits = single ? Float.SIZE : Double.SIZE;
    BigDecimal least = new BigDecimal(single ? Float.MIN_NORMAL : Double.MIN_NORMAL);
    BigDecimal most = new BigDecimal(single ? Float.MAX_VALUE : Double.MAX_VALUE);
    for (String text : found.replaceAll("[\\[\\]\"]", "").split(",", -1)) {
      try {
        BigDecimal number = new BigDecimal(text.strip()).abs();
        if (number.signum() != 0 && number.compareTo(least) < 0) {
          return " (too small: %d bits hold numbers in full from %s on)"
              .formatted(bits, single ? "" + Float.MIN_NORMAL : "" + Double.MIN_NORMAL);
        }
        if (number.compareTo(most) > 0) {
          return " (too large: %d bits hold numbers up to %s)"
              .formatted(bits, single ? "" + Float.MAX_VALUE : "" + Double.MAX_VALUE);
        }
      } catch (NumberFormatException e) {
        return "";
      }
    }
    return "";
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
      return "one of " + String.join(", ", names());
    }
    return (isList() ? "numbers, each " : "") + expectedNumber();
  }

  private String expectedNumber() {
    boolean isInt = numberType == Integer.class;
    if (isInt || numberType == Long.class) {
      long lowest = isInt ? Integer.MIN_VALUE : Long.MIN_VALUE;
      long highest = isInt ? Integer.MAX_VALUE : Long.MAX_VALUE;
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
