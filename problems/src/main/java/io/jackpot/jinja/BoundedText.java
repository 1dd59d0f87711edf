package io.jackpot.jinja;

/** A text under construction, which charges a {@link Budget} for every character. */
final class BoundedText {
  private final Budget budget;
  private final StringBuilder text = new StringBuilder();

  BoundedText(Budget budget) {
    this.budget = budget;
    budget.text(0);
  }

  int length() {
    return text.length();
  }

  /** Charges for characters; twice, as a text that grows is copied. */
  private void charge(long characters) {
    budget.memory(4 * characters);
    budget.characters(characters);
  }

  BoundedText append(String part) {
    charge(part.length());
    text.append(part);
    return this;
  }

  BoundedText append(String part, int from, int to) {
    charge(to - from);
    text.append(part, from, to);
    return this;
  }

  BoundedText append(char character) {
    charge(1);
    text.append(character);
    return this;
  }

  BoundedText appendCodePoint(int character) {
    charge(2);
    text.appendCodePoint(character);
    return this;
  }

  /** Appends {@code part} several times; a number below 1 is none. */
  BoundedText repeat(String part, long times) {
    if (times > 0 && !part.isEmpty()) {
      charge(Math.min(times, Integer.MAX_VALUE) * part.length());
      text.repeat(part, Math.toIntExact(times));
    }
    return this;
  }

  @Override
  public String toString() {
    budget.text(text.length());
    return text.toString();
  }
}
