package io.jackpot.jinja;

import io.jackpot.jinja.Values.Function;
import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions that every template can call. */
final class Globals {
  /** The limit of Jinja's sandbox. */
  private static final int LONGEST_RANGE = 100_000;

  private Globals() {}

  /** All functions by name. */
  static Map<String, Function> at(LocalDateTime now) {
    return Map.of(
        "range",
        Globals::range,
        "dict",
        call -> new LinkedHashMap<>(call.named()),
        "namespace",
        Globals::namespace,
        "raise_exception",
        call -> {
          throw new TemplateException(Values.text(call.get(0, "message")));
        },
        "strftime_now",
        call -> strftime(call.string(0, "format"), now));
  }

  private static List<@Nullable Object> range(CallArguments call) {
    boolean single = call.places().size() == 1;
    long from = single ? 0 : call.integer(0, "start", 0);
    long to = call.integer(single ? 0 : 1, "stop", 0);
    long step = call.integer(2, "step", 1);
    if (step == 0 || Math.abs((double) to - from) / Math.abs((double) step) > LONGEST_RANGE) {
      throw new IllegalArgumentException(
          "range: expected a step that is not 0, and at most " + LONGEST_RANGE + " numbers");
    }
    List<@Nullable Object> numbers = new ArrayList<>();
    for (long i = from; step > 0 ? i < to : i > to; i += step) {
      numbers.add(i);
    }
    return numbers;
  }

  private static Values.Namespace namespace(CallArguments call) {
    Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
    if (!call.places().isEmpty() && call.places().getFirst() instanceof Map<?, ?> map) {
      map.forEach((key, value) -> attributes.put(Values.text(key), value));
    }
    attributes.putAll(call.named());
    return new Values.Namespace(attributes);
  }

  /** Formats by those directives of C's strftime that dates and times in English need. */
  private static String strftime(String format, LocalDateTime now) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        text.append(c);
        continue;
      }
      char directive = format.charAt(++i);
      boolean plain = directive == '-' && i + 1 < format.length();
      String value = directive(plain ? format.charAt(++i) : directive, now);
      text.append(plain ? value.replaceFirst("^0+(?=.)", "") : value);
    }
    return text.toString();
  }

  private static String directive(char directive, LocalDateTime now) {
    return switch (directive) {
      case 'Y' -> "%04d".formatted(now.getYear());
      case 'y' -> "%02d".formatted(now.getYear() % 100);
      case 'm' -> "%02d".formatted(now.getMonthValue());
      case 'd' -> "%02d".formatted(now.getDayOfMonth());
      case 'e' -> "%2d".formatted(now.getDayOfMonth());
      case 'H' -> "%02d".formatted(now.getHour());
      case 'I' -> "%02d".formatted((now.getHour() + 11) % 12 + 1);
      case 'M' -> "%02d".formatted(now.getMinute());
      case 'S' -> "%02d".formatted(now.getSecond());
      case 'p' -> now.getHour() < 12 ? "AM" : "PM";
      case 'j' -> "%03d".formatted(now.getDayOfYear());
      case 'B' -> now.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' -> now.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'A' -> now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'a' -> now.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'F' -> strftime("%Y-%m-%d", now);
      case 'T' -> strftime("%H:%M:%S", now);
      case '%' -> "%";
      default ->
          throw new IllegalArgumentException("strftime_now: %" + directive + " is not supported");
    };
  }
}
