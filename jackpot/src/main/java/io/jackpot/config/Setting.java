package io.jackpot.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A component of a settings record that users set: {@code clipLow} in a config file, {@code
 * --clip-low} on the command line. A {@code @Nullable} component takes JSON null and the flag value
 * {@code none}, or another {@link #absent} word. An enum's values are written in lower case with
 * hyphens. On the command line the last value of a setting wins, except that lists are joined.
 */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Setting {
  /** One line for {@code --help}. */
  String help();

  /** The default, written as on the command line; empty for a required setting. */
  String value() default "";

  /** Smallest allowed value. */
  double min() default Double.NEGATIVE_INFINITY;

  /** Largest allowed value. */
  double max() default Double.POSITIVE_INFINITY;

  /** Whether {@link #min} itself is excluded. */
  boolean above() default false;

  /** Earlier names, which are still read. */
  String[] formerly() default {};

  /** Whether a text names several things, separated by commas; a list of numbers always does. */
  boolean list() default false;

  /** The word for null on the command line. */
  String absent() default "none";

  /**
   * The part of the help that it is in; empty for that of the setting before it in its record. A
   * nested record begins with that of the record around it.
   */
  Group[] group() default {};

  /** Whether {@code --help} shows it; {@code --help-all} shows every setting. */
  boolean common() default false;

  /**
   * Whether {@code --resume} may change it: results do not depend on it, or the command says what
   * changes.
   */
  boolean changeable() default false;
}
