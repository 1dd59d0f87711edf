package io.jackpot.tokenizer;

import org.jspecify.annotations.Nullable;

/** Parses a character class, {@code […]}, of a regular expression. */
final class RegexClass {
  private static final int DEEPEST = 20;

  private final RegexReader in;
  private final boolean ignoreCase;
  private int depth;

  RegexClass(RegexReader in, boolean ignoreCase) {
    this.in = in;
    this.ignoreCase = ignoreCase;
  }

  /** Parses a class whose opening bracket has been read. */
  CodePoints parse() {
    if (++depth > DEEPEST) {
      throw in.error("more than " + DEEPEST + " classes within each other");
    }
    boolean negated = in.take('^');
    CodePoints.Builder all = new CodePoints.Builder().complement();
    CodePoints.Builder set = new CodePoints.Builder();
    boolean first = true;
    while (first || !in.take(']')) {
      if (in.take("&&")) {
        all.intersect(cased(set));
        set = new CodePoints.Builder();
      } else {
        addItem(set);
      }
      first = false;
    }
    all.intersect(cased(set));
    depth--;
    return in.newSet((negated ? all.complement() : all).build());
  }

  private CodePoints.Builder cased(CodePoints.Builder set) {
    return ignoreCase ? set.ignoreCase() : set;
  }

  private void addItem(CodePoints.Builder set) {
    if (in.take("[:")) {
      boolean negated = in.take('^');
      String name = in.until(":]");
      set.add(in.property(name.equals("punct") ? "punctorsymbol" : name, negated));
    } else if (in.take('[')) {
      set.add(parse());
    } else if (in.take('\\')) {
      @Nullable CodePoints escaped = in.setEscape();
      if (escaped != null) {
        set.add(escaped);
      } else {
        addRange(set, in.take('b') ? '\b' : in.codePointEscape());
      }
    } else {
      addRange(set, in.next());
    }
  }

  private void addRange(CodePoints.Builder set, int from) {
    int to = from;
    if (in.isNext("-") && !in.isNext("-]") && !in.isNext("-&&")) {
      in.take('-');
      boolean isSet = in.isNext("[");
      to = in.next();
      if (to == '\\') {
        isSet = in.setEscape() != null;
        to = isSet ? from : in.codePointEscape();
      }
      if (isSet || to < from) {
        throw in.error("expected a range from one character to a later one");
      }
    }
    set.add(from, to);
  }
}
