package io.jackpot.jinja;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Jinja template: the subset of version 3.1 that chat templates need, as transformers configures
 * it.
 *
 * <ul>
 *   <li>text, {@code {{ … }}}, {@code {% … %}}, {@code {# … #}} and {@code raw}, with {@code
 *       trim_blocks}, {@code lstrip_blocks} and the signs + and − for white space;
 *   <li>{@code for} (several names, a condition, {@code else}, {@code loop}), {@code if}, {@code
 *       set} (names, an attribute of a namespace, a block), {@code macro}, {@code break}, {@code
 *       continue}, and {@code generation}, which marks its text;
 *   <li>all operators, slices, calls, the filters of {@link Filters}, the tests of {@link Tests},
 *       the methods of {@link Methods}, and {@code range}, {@code dict}, {@code namespace}, {@code
 *       raise_exception} and {@code strftime_now}.
 * </ul>
 *
 * <p>Not supported: {@code include}, {@code import}, {@code extends}, {@code call}, {@code filter}
 * and {@code with} blocks, recursive loops, and methods that change a list or a dict, which the
 * sandbox of transformers refuses too. Each of them is an error that names it. Rendering is bounded
 * in work, memory and depth ({@link Budget}).
 */
public final class Template {
  private final List<TemplateStatement> statements;

  /**
   * What a template wrote.
   *
   * @param generated the text in blocks {@code generation}, in order; without those inside of a
   *     block or macro whose text is a value
   */
  public record Rendering(String text, List<Span> generated) {}

  /** A part of a text: the characters from {@code start} to {@code end - 1}. */
  public record Span(int start, int end) {}

  private Template(List<TemplateStatement> statements) {
    this.statements = statements;
  }

  /**
   * Parses a template.
   *
   * @throws TemplateException if the source is not a template of the subset
   */
  public static Template parse(String source) {
    return new Template(TemplateParser.parse(source));
  }

  /**
   * Renders the template.
   *
   * @param values the values of names: null, Boolean, Long, Double, String, lists and maps of these
   * @param now the time that {@code strftime_now} formats
   * @throws TemplateException if rendering fails, or the template raises an exception
   */
  public Rendering render(Map<String, ? extends @Nullable Object> values, LocalDateTime now) {
    try {
      return new Interpreter(new Budget(values)).run(statements, Globals.at(now), values);
    } catch (IllegalArgumentException e) {
      throw new TemplateException(String.valueOf(e.getMessage()));
    }
  }
}
