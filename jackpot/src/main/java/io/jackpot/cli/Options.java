package io.jackpot.cli;

import io.jackpot.config.Key;
import io.jackpot.config.Settings;
import io.jackpot.input.Names;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The options of a command from its settings record, and the values given for them. */
final class Options {
  private Options() {}

  /**
   * Adds an option for each setting. A boolean {@code x} is set by {@code --x} and {@code --no-x}.
   */
  static void add(CommandSpec command, Settings<?> settings) {
    for (Key key : settings.keys()) {
      OptionSpec.Builder option = OptionSpec.builder(flags(key)).description(description(key));
      command.addOption(
          key.type() == boolean.class
              ? option.type(boolean.class).arity("0").negatable(true).build()
              : option.type(String.class).paramLabel(label(key)).build());
    }
    for (String name : settings.refused()) {
      command.addOption(
          OptionSpec.builder(Names.flag(name))
              .type(String.class)
              .arity("0..1")
              .hidden(true)
              .build());
    }
  }

  /** The flag of a setting, then its earlier ones, which {@code --help} shows as well. */
  private static String[] flags(Key key) {
    return Stream.concat(Stream.of(key.name()), key.formerNames().stream())
        .map(Names::flag)
        .toArray(String[]::new);
  }

  /**
   * The keys that were given on the command line, the refused ones too and by the names that were
   * used, with their texts. Of a setting that was given more than once the last text counts, of a
   * list all of them.
   */
  static Map<String, String> given(ParseResult parsed, Settings<?> settings) {
    Map<String, String> given = new LinkedHashMap<>();
    for (Key key : settings.keys()) {
      if (parsed.hasMatchedOption(key.flag())) {
        given.put(
            nameGiven(parsed, key),
            key.takesList()
                ? String.join(",", parsed.matchedOption(key.flag()).originalStringValues())
                : parsed.<Object>matchedOptionValue(key.flag(), "").toString());
      }
    }
    for (String name : settings.refused()) {
      if (parsed.hasMatchedOption(Names.flag(name))) {
        given.put(name, "");
      }
    }
    return given;
  }

  private static String nameGiven(ParseResult parsed, Key key) {
    return key.formerNames().stream()
        .filter(name -> isLast(parsed, Names.flag(name), key.flag()))
        .findFirst()
        .orElse(key.name());
  }

  /** Whether {@code flag} comes after {@code other} on the command line. */
  private static boolean isLast(ParseResult parsed, String flag, String other) {
    List<String> names =
        parsed.originalArgs().stream().map(arg -> arg.replaceFirst("=.*", "")).toList();
    return names.lastIndexOf(flag) > names.lastIndexOf(other);
  }

  private static String description(Key key) {
    String text = key.defaultText();
    String description =
        key.help()
            + (key.takesList() ? "; given again, it adds to the list" : "")
            + key.formerNames().stream()
                .map(name -> "; " + Names.flag(name) + " is its earlier name")
                .collect(Collectors.joining())
            + (text == null ? " (required)" : " (default: " + text + ")");
    return description.replace("%", "%%");
  }

  private static String label(Key key) {
    if (key.type().isEnum()) {
      return "NAME";
    }
    if (key.type() == String.class) {
      return "TEXT";
    }
    return key.type() == List.class ? "N,N" : "N";
  }
}
