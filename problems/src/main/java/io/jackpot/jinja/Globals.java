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

  /** Work for a part of a date. */
  private static final int DIRECTIVE = 2000;

  private Globals() {}

  /** All functions by name. */
  static Map<String, Function> at(LocalDateTime now) {
    return Map.of(
        "range",
        Globals::range,
        "dict",
        call -> {
          call.budget().dict(call.named().size());
          return new LinkedHashMap<>(call.named());
        },
        "namespace",
        Globals::namespace,
        "raise_exception",
        call -> {
          throw new TemplateException(Values.text(call.budget(), call.get(0, "message")));
        },
        "strftime_now",
        call -> strftime(call.budget(), call.string(0, "format"), now));
  }

  private static List<@Nullable Object> range(CallArguments call) {
    boolean single = call.places().size() == 1;
    long from = single ? 0 : call.integer(0, "start", 0);
    long to = call.integer(single ? 0 : 1, "stop", 0);
    long step = call.integer(2, "step", 1);
    double length = ((double) to - from) / step;
    if (step == 0 || length > LONGEST_RANGE) {
      throw new IllegalArgumentException(
          "range: expected a step that is not 0, and at most " + LONGEST_RANGE + " numbers");
    }
    call.budget().list(Math.max(0, (long) length));
    call.budget().objects(Math.max(0, (long) length));
    List<@Nullable Object> numbers = new ArrayList<>();
    long number = from;
    while (step > 0 ? number < to : number > to) {
      numbers.add(number);
      // The sum of two numbers overflows if it has neither's sign.
      long next = number + step;
      if (((number ^ next) & (step ^ next)) < 0) {
        break;
      }
      number = next;
    }
    return numbers;
  }

  private static Values.Namespace namespace(CallArguments call) {
    Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
    if (!call.places().isEmpty() && call.places().getFirst() instanceof Map<?, ?> map) {
      call.budget().dict(map.size());
      map.forEach((key, value) -> attributes.put(Values.text(call.budget(), key), value));
    }
    call.budget().dict(call.named().size());
    attributes.putAll(call.named());
    return new Values.Namespace(attributes);
  }

  /** Formats by those directives of C's strftime that dates and times in English need. */
  private static String strftime(Budget budget, String format, LocalDateTime now) {
    BoundedText text = new BoundedText(budget);
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        text.append(c);
        continue;
      }
      char directive = format.charAt(++i);
      boolean plain = directive == '-' && i + 1 < format.length();
      budget.characters(DIRECTIVE);
      String value = directive(budget, plain ? format.charAt(++i) : directive, now);
      text.append(plain ? value.replaceFirst("^0+(?=.)", "") : value);
    }
    return text.toString();
  }

  private static String directive(Budget budget, char directive, LocalDateTime now) {
    return switch (directive) {
      case 'Y' -> padded(4, now.getYear());
      case 'y' -> padded(2, now.getYear() % 100);
      case 'm' -> padded(2, now.getMonthValue());
      case 'd' -> padded(2, now.getDayOfMonth());
      case 'e' -> padded(2, now.getDayOfMonth()).replaceFirst("^0", " ");
      case 'H' -> padded(2, now.getHour());
      case 'I' -> padded(2, (now.getHour() + 11) % 12 + 1);
      case 'M' -> padded(2, now.getMinute());
      case 'S' -> padded(2, now.getSecond());
      case 'p' -> now.getHour() < 12 ? "AM" : "PM";
      case 'j' -> padded(3, now.getDayOfYear());
      case 'B' -> now.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' -> now.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'A' -> now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'a' -> now.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'F' -> strftime(budget, "%Y-%m-%d", now);
      case 'T' -> strftime(budget, "%H:%M:%S", now);
      case '%' -> "%";
      default ->
          throw new IllegalArgumentException("strftime_now: %" + directive + " is not supported");
    };
  }

  private static String padded(int width, int number) {
    String digits = Integer.toString(number);
    return "0".repeat(Math.max(0, width - digits.length())) + digits;
  }
}
