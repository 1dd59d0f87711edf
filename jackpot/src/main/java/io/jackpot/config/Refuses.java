package io.jackpot.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names that users know as settings from elsewhere and that a settings record refuses to have. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Refuses {
  /** As they would be keys of a config file. */
  String[] names();

  /** Why, and what to do instead; the message goes on from the name. */
  String because();
}
