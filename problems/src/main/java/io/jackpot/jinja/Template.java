package io.jackpot.jinja;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A template of Jinja (version 3.1, as transformers sets it up for chat templates) as far as these
 * need it:
 *
 * <ul>
 *   <li>text, {@code {{ … }}}, {@code {% … %}}, {@code {# … #}} and {@code raw}, with white space
 *       as {@code trim_blocks} and {@code lstrip_blocks} have it, and the signs + and −;
 *   <li>{@code for} (several names, a condition, {@code else}, {@code loop}), {@code if}, {@code
 *       set} (names, an attribute of a namespace, a block), {@code macro}, {@code break}, {@code
 *       continue}, and {@code generation}, which does nothing here;
 *   <li>all operators, slices, calls, the filters of {@link Filters}, the tests of {@link Tests},
 *       the methods of {@link Methods}, and {@code range}, {@code dict}, {@code namespace}, {@code
 *       raise_exception} and {@code strftime_now}.
 * </ul>
 *
 * Not there: {@code include}, {@code import}, {@code extends}, {@code call}, {@code filter} and
 * {@code with} blocks, recursive loops, and methods that change a list or a dict, which the sandbox
 * of transformers refuses too. Whatever is not there is an error that names it. Rendering is
 * bounded in steps, depth and length.
 */
public final class Template {
  private final List<Statement> statements;

  private Template(List<Statement> statements) {
    this.statements = statements;
  }

  /**
   * @throws TemplateException if it is no template, or not within the subset
   */
  public static Template parse(String source) {
    return new Template(Parser.parse(source));
  }

  /**
   * @param values what names stand for: null, Boolean, Long, Double, String, lists and maps of
   *     these
   * @param now what {@code strftime_now} gives
   * @throws TemplateException if the template cannot be carried out, or says so itself
   */
  public String render(Map<String, ? extends @Nullable Object> values, LocalDateTime now) {
    Scope globals = new Scope(null);
    Globals.into(globals, now);
    Scope scope = new Scope(globals);
    values.forEach(scope::set);
    try {
      return new Interpreter().run(statements, scope);
    } catch (StackOverflowError e) {
      throw new TemplateException("nested too deep to be carried out");
    }
  }
}
