package io.jackpot.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement of a template. */
sealed interface TemplateStatement {

  record Data(String text) implements TemplateStatement {}

  record Output(TemplateExpression value) implements TemplateStatement {}

  /**
   * A loop.
   *
   * @param targets the name that each item is assigned to; several names for the item's parts
   * @param condition the condition for visiting an item
   * @param otherwise the body for a loop without items
   */
  record For(
      List<String> targets,
      TemplateExpression items,
      @Nullable TemplateExpression condition,
      List<TemplateStatement> body,
      List<TemplateStatement> otherwise,
      int line)
      implements TemplateStatement {}

  record If(
      TemplateExpression condition, List<TemplateStatement> then, List<TemplateStatement> otherwise)
      implements TemplateStatement {}

  /**
   * An assignment.
   *
   * @param targets names; one name if {@code attribute} is given
   * @param attribute the attribute of a namespace to set
   */
  record Set(List<String> targets, @Nullable String attribute, TemplateExpression value, int line)
      implements TemplateStatement {}

  /** An assignment of the text that a body writes. */
  record SetBlock(String target, List<TemplateStatement> body) implements TemplateStatement {}

  /**
   * A macro.
   *
   * @param defaults the default values of the last parameters
   */
  record Macro(
      String name,
      List<String> parameters,
      List<TemplateExpression> defaults,
      List<TemplateStatement> body)
      implements TemplateStatement {}

  /** A body whose text is what the model is to generate. */
  record Generation(List<TemplateStatement> body) implements TemplateStatement {}

  record Break() implements TemplateStatement {}

  record Continue() implements TemplateStatement {}
}
