package io.jackpot.answers;

import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the answer in a model's text. The last of these marks counts:
 *
 * <ul>
 *   <li>{@code <answer>…</answer>}; marks inside it are applied to its content;
 *   <li>{@code \boxed{…}}; boxes joined by a comma, "and" or "or" are one answer. A last box that
 *       is empty, not closed, retracted or part of something larger (see {@link BoxContext}) is not
 *       an answer;
 *   <li>{@code ####} up to the end of the line, or fewer of them on the last line; headlines are
 *       skipped;
 *   <li>"the answer is" or "answer:" up to the end of the sentence. A later retraction leaves no
 *       answer unless it names another one.
 * </ul>
 *
 * <p>A text without any mark is the answer as a whole. Only the text after {@code </think>} and
 * before an end token counts. Every step takes time proportional to the length of the text.
 */
final class AnswerExtractor {
  private static final Pattern END_TOKEN =
      Pattern.compile(
          "<\\|(?:endoftext|im_end|eot_id|end_of_text|end|eom_id)\\|>|</s>|<eos>|<end_of_turn>|<｜end▁of▁sentence｜>");
  private static final String WORDS = "(?:ans(?:wers?)?|option|choice)(?![A-Za-z])\\.?";
  private static final Pattern WORD =
      Pattern.compile("(?<![A-Za-z])" + WORDS, Pattern.CASE_INSENSITIVE);
  private static final Pattern PROSE =
      Pattern.compile(
          WORDS
              + "[*_]{0,3}(?:\\s(?:to|for|of)\\s[^.:\\n]{0,60}?\\b)?\\s{0,3}"
              + "(?:,\\s(?:therefore|then|thus|hence|of course),\\s)?"
              + "(?:(?:is|are|was|=|would\\s+be|should\\s+be|must\\s+be|will\\s+be|equals)(?![a-z])"
              + "(?:\\s(?:exactly|just|only|definitely|certainly|clearly|surely|obviously|indeed|therefore|thus|then|simply|hence|given\\s+by|equal\\s+to))?"
              + "\\s{0,3}:?|[*_]{0,3}\\s?:|\\s[-–]\\s|[*_]{2}(?=\\s))",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern HEADLINE =
      Pattern.compile(
          "(?:#{1,6} {0,3}(?:final )?|final )answer[ \\t:]*+(?=\\n)", Pattern.CASE_INSENSITIVE);

  /** A line of "Answer" and the answer. */
  private static final Pattern DIRECT =
      Pattern.compile(
          "[#>*_ -]{0,8}(?:(?:the )?final )?ans(?:wer)?\\.?[*_]{0,3} {1,3}",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern CLAUSE =
      Pattern.compile(
          "(?:,\\s{1,4}(?:and\\s+)?|\\s*\\(\\s*)not\\b.*|(?:[,;]?\\s{1,4}\\(?|\\()(?:because|since|and\\s+(?:we|so|this|that|the|it|thus)|which|where|so|as|after|hope|given\\s+that|when|therefore|thus|for\\s+all)\\b.*",
          Pattern.DOTALL | Pattern.CASE_INSENSITIVE);
  private static final Pattern BOLD =
      Pattern.compile("(?<![\\w)\\]}*])\\*\\*([^*\\n]{1,80})\\*\\*(?![\\w(*])");
  private static final Pattern IS =
      Pattern.compile(
          "(?:the|so|thus|therefore)\\s[A-Za-z ,$\\\\()]{1,60}?\\s(?:is|are|equals)\\s+(.{1,200})",
          Pattern.CASE_INSENSITIVE);

  /**
   * A sentence such as "She has 11 apples left"; {@link #ALTERING} words are excluded separately.
   */
  private static final Pattern LONE =
      Pattern.compile(
          "(?:[Tt]hat )?(?:[Tt]here (?:are|is|were|will be)|[A-Za-z]{1,20} (?:now |will |would |can |still )?(?:has|have|had|needs?"
              + "|gets?|got|pays?|paid|earns?|earned|makes?|made|spends?|spent|takes?|took|costs?"
              + "|buys?|bought|sells?|sold))(?: a total of| exactly)?"
              + " \\$*(\\\\?\\$?-?\\d[\\d,]*(?:\\.\\d+|/\\d+)?)\\$?(?: [A-Za-z]{1,20}){0,6}");

  private static final Pattern ALTERING =
      Pattern.compile(
          "(?<!total )\\bof\\b|\\b(?:not?|never|than|more|less|fewer|minus|plus|negative|half|twice|double|triple|times|least|most"
              + "|about|around|between|or|and|if|when|wrong|incorrect|except|without|dozens?|hundreds?"
              + "|thousands?|millions?|billions?|percent|squared|cubed|mod|guess)\\b",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern ANOTHER =
      Pattern.compile("\\b(?:parts?|previous|first|other|step)\\b", Pattern.CASE_INSENSITIVE);
  private static final List<String> STRIKES =
      List.of("~~", "<!--", "<del", "<strike", "\\begin{comment}", "\n%");
  private static final Pattern STRUCK =
      Pattern.compile(
          "(?<=^|\n)%[^\n]*|~~[^~]{0,500}~~|\\\\begin\\{comment\\}.{0,500}?\\\\end\\{comment\\}|<!--.{0,500}?-->|<(del|strike)>.{0,500}?</\\1>",
          Pattern.DOTALL);
  private static final String TAG = "<answer>";
  private static final String END_TAG = "</answer>";
  private static final int MOST_HASHES = 20;
  private static final int MOST_WORDS = 50;
  private static final int LONGEST_SENTENCE = 4_000;
  private static final int LONGEST_BEGINNING = 80;

  /**
   * The text of an answer that was found.
   *
   * @param text the answer without mathematical delimiters, emphasis and full stop around it
   * @param marked whether a mark identified the answer; false for a whole text
   */
  record Extraction(String text, boolean marked) {}

  private final Function<String, @Nullable Answer> reader;

  /**
   * @param reader reads an answer; null if it cannot be read
   */
  AnswerExtractor(Function<String, @Nullable Answer> reader) {
    this.reader = reader;
  }

  /** Whether a text can be read as an answer other than words. */
  private boolean isReadable(String text) {
    @Nullable Answer answer = reader.apply(text);
    return answer != null && !(answer instanceof Answer.Words);
  }

  /** The answer, or null if the text has none. */
  @Nullable Extraction extract(String whole) {
    @Nullable String spoken = spoken(whole);
    if (spoken == null) {
      return null;
    }
    boolean struck = spoken.startsWith("%") || STRIKES.stream().anyMatch(spoken::contains);
    String text = struck ? STRUCK.matcher(spoken).replaceAll("") : spoken;
    int tag = text.lastIndexOf(TAG);
    int tagEnd = tag < 0 ? -1 : text.indexOf(END_TAG, tag);
    if (tagEnd < 0) {
      return extractSpoken(text);
    }
    @Nullable Extraction tagged = extractSpoken(text.substring(tag + TAG.length(), tagEnd));
    return tagged == null ? null : new Extraction(tagged.text(), true);
  }

  private @Nullable Extraction extractSpoken(String text) {
    int box = Boxes.last(text);
    @Nullable Matcher prose = box < 0 ? lastProse(text) : null;
    int hash = lastHash(text, box >= 0 || prose != null);
    if (box > hash) {
      return marked(Boxes.answer(text, box, reader));
    }
    if (prose != null && prose.start() > hash) {
      @Nullable String sentence = afterProse(text, prose.end(), hash >= 0);
      if (sentence != null || hash < 0) {
        return marked(sentence);
      }
    }
    if (hash >= 0) {
      return marked(line(text, hash));
    }
    String bare = Wrapping.strip(text);
    return bare.isEmpty() ? null : new Extraction(bare, false);
  }

  private static @Nullable Extraction marked(@Nullable String text) {
    String stripped = text == null ? "" : Wrapping.strip(text);
    return stripped.isEmpty() ? null : new Extraction(stripped, true);
  }

  /** The text after the thoughts and before an end token; null if the thoughts never end. */
  private static @Nullable String spoken(String whole) {
    int thought = whole.lastIndexOf("</think>");
    String text = thought < 0 ? whole : whole.substring(thought + "</think>".length());
    if (thought < 0 && whole.contains("<think>")) {
      return null;
    }
    Matcher end = END_TOKEN.matcher(text);
    int start = 0;
    for (int at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
      if (!end.region(at, text.length()).lookingAt()) {
        continue;
      }
      String before = text.substring(start, at);
      if (!before.isBlank()) {
        return before;
      }
      start = end.end();
    }
    return text.substring(start);
  }

  /**
   * The last run of hashes that is not a headline; −1 if there is none.
   *
   * @param otherwise whether the text has another mark, so that mere words are skipped
   */
  private int lastHash(String text, boolean otherwise) {
    int end = text.length();
    boolean first = true;
    for (int tries = 0; tries < MOST_HASHES; tries++) {
      int hash = text.lastIndexOf('#', end - 1);
      if (hash < 0 || end <= 0) {
        return -1;
      }
      int start = hash;
      while (start > 0 && text.charAt(start - 1) == '#') {
        start--;
      }
      String line = String.valueOf(line(text, hash));
      boolean lastLine = first && text.indexOf('\n', hash) < 0;
      boolean mark = hash - start == 3;
      boolean read = isReadable(Wrapping.strip(line));
      boolean words = lastLine && (line.isBlank() || !otherwise);
      if (mark ? read || words || line.isBlank() : lastLine && read) {
        return hash;
      }
      first = false;
      end = start;
    }
    return -1;
  }

  /** The text from a hash to the end of the line, or to a dollar sign that ends a scratchpad. */
  private static String line(String text, int hash) {
    int end = text.indexOf('\n', hash);
    String line = text.substring(hash + 1, end < 0 ? text.length() : end).strip();
    boolean scratchpad = line.indexOf('$') == line.length() - 1 && line.length() > 1;
    return scratchpad ? line.substring(0, line.length() - 1) : line;
  }

  /** The last match of "answer is" or the like. */
  private @Nullable Matcher lastProse(String text) {
    Matcher matcher = PROSE.matcher(text);
    List<Integer> words = WORD.matcher(text).results().map(MatchResult::start).toList();
    for (int at : words.reversed().subList(0, Math.min(words.size(), MOST_WORDS))) {
      if (Denials.isHypothesis(text.substring(Math.max(0, at - LONGEST_BEGINNING), at))) {
        continue;
      }
      if (matcher.region(at, text.length()).usePattern(PROSE).lookingAt()
          && !ANOTHER.matcher(matcher.group()).find()) {
        return matcher;
      }
      matcher.region(text.lastIndexOf('\n', at) + 1, text.length());
      boolean direct =
          matcher.usePattern(DIRECT).lookingAt()
              && isReadable(Wrapping.strip(text.substring(matcher.end(), lineEnd(text, at))));
      if (direct || matcher.usePattern(HEADLINE).lookingAt()) {
        return matcher;
      }
    }
    return null;
  }

  private static int lineEnd(String text, int at) {
    int end = text.indexOf('\n', at);
    return end < 0 ? text.length() : end;
  }

  /**
   * The answer of a sentence; null if it has none that can be relied on.
   *
   * @param otherwise whether the text has another mark, so that mere words are skipped
   */
  private @Nullable String afterProse(String text, int start, boolean otherwise) {
    String rest = text.substring(start, Math.min(text.length(), start + LONGEST_SENTENCE));
    if (Denials.isNot(rest)) {
      return null;
    }
    String lead = rest.replaceFirst("^[\\s:}]*+(?:[*_]+(?=[\\s:]))?[\\s:]*+", "");
    int end = Sentences.end(lead);
    String sentence = lead.substring(0, end);
    String answer = CLAUSE.matcher(sentence).replaceFirst("");
    @Nullable String later = Denials.retraction(lead.substring(end));
    if (later != null) {
      return isReadable(later) ? later : null;
    }
    if (Denials.isNotAfterwards(sentence.substring(answer.length()))) {
      return null;
    }
    boolean words = !isReadable(Wrapping.strip(answer));
    @Nullable String named = words ? named(answer) : null;
    if (named != null) {
      answer = named;
      words = false;
    }
    int from = start + rest.length() - lead.length();
    boolean ownLine = text.substring(Math.max(0, from - 3), from).indexOf('\n') >= 0;
    if (ownLine && !words && isReadable(nextLine(lead.substring(end)))) {
      return null; // A second answer on the next line.
    }
    return words && otherwise ? null : answer;
  }

  /** The only emphasised part of a sentence, or the value that it states; null if there is none. */
  private @Nullable String named(String sentence) {
    List<String> bold = BOLD.matcher(sentence).results().map(part -> part.group(1)).toList();
    if (bold.size() == 1 && isReadable(bold.getFirst())) {
      return bold.getFirst();
    }
    Matcher lone = LONE.matcher(sentence);
    if (lone.matches() && !ALTERING.matcher(sentence).find()) {
      return lone.group(1);
    }
    Matcher is = IS.matcher(sentence);
    return is.matches() && isReadable(Wrapping.strip(is.group(1))) ? is.group(1) : null;
  }

  private static String nextLine(String rest) {
    int start = rest.startsWith("\n") ? 1 : rest.length();
    int end = rest.indexOf('\n', start);
    return Wrapping.strip(rest.substring(start, end < 0 ? rest.length() : end));
  }
}
