package dev.windlass.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A completion script for fish, which picocli does not write: one line for each command, option and list of values. */
final class FishCompletion {
    /** What such a value names is on the disk. */
    private static final Set<String> FILES = Set.of("FILE", "DIR", "KUBECONFIG", "NAME=KUBECONFIG");

    private final String program;
    private final List<String> lines = new ArrayList<>();

    private FishCompletion(String program) {
        this.program = program;
    }

    static String of(CommandSpec root) {
        FishCompletion script = new FishCompletion(root.name());
        script.lines.add("# Completion of " + root.name() + " for fish.");
        script.line("-f");
        script.command(root, "__fish_use_subcommand", "");
        return String.join(System.lineSeparator(), script.lines);
    }

    /**
     * What may follow a command.
     *
     * @param begins when its own commands may follow
     * @param given when it has been given; empty at the root, whose options may stand anywhere
     */
    private void command(CommandSpec spec, String begins, String given) {
        String options = given.isEmpty() ? "" : "-n " + quoted(given) + " ";
        for (OptionSpec option : spec.options()) {
            if (!option.hidden() && (given.isEmpty() || !option.inherited())) {
                line((given.isEmpty() ? unlessHidden(spec, option) : options) + names(option) + values(option) + " -d "
                        + quoted(description(option.description())));
            }
        }
        for (PositionalParamSpec positional : spec.positionalParameters()) {
            if (positional.completionCandidates() != null) {
                line(options + "-a " + quoted(candidates(positional)));
            }
        }
        spec.subcommands().forEach((name, command) -> {
            line("-n " + quoted(begins) + " -a " + name + " -d "
                    + quoted(description(command.getCommandSpec().usageMessage().description())));
            String seen = (given.isEmpty() ? "" : given + "; and ") + "__fish_seen_subcommand_from " + name;
            command(command.getCommandSpec(), seen + without(command), seen);
        });
    }

    /** An option of the root is one of all commands but those that hide it. */
    private static String unlessHidden(CommandSpec root, OptionSpec option) {
        List<String> hiding = new ArrayList<>();
        root.subcommands().forEach((name, command) -> {
            OptionSpec there = command.getCommandSpec().findOption(option.longestName());
            if (there != null && there.hidden()) {
                hiding.add(name);
            }
        });
        return hiding.isEmpty()
                ? ""
                : "-n " + quoted("not __fish_seen_subcommand_from " + String.join(" ", hiding)) + " ";
    }

    private static String without(CommandLine command) {
        Set<String> names = command.getSubcommands().keySet();
        return names.isEmpty() ? "" : "; and not __fish_seen_subcommand_from " + String.join(" ", names);
    }

    private static String names(OptionSpec option) {
        List<String> names = new ArrayList<>();
        for (String name : option.names()) {
            names.add(name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1));
        }
        return String.join(" ", names);
    }

    /** Whether a value must follow, and which ones may. */
    private static String values(OptionSpec option) {
        if (option.arity().min() == 0) {
            return "";
        }
        if (option.completionCandidates() != null) {
            return " -x -a " + quoted(candidates(option));
        }
        return FILES.contains(option.paramLabel()) ? " -r -F" : " -x";
    }

    private static String candidates(ArgSpec argument) {
        List<String> values = new ArrayList<>();
        argument.completionCandidates().forEach(value -> values.add(value.toLowerCase(Locale.ROOT)));
        return String.join(" ", values);
    }

    /** The first sentence. */
    private static String description(String[] paragraphs) {
        String first = paragraphs.length == 0 ? "" : paragraphs[0];
        int end = first.indexOf(". ");
        return end < 0 ? first.replaceFirst("\\.$", "") : first.substring(0, end);
    }

    private void line(String rest) {
        lines.add("complete -c " + program + " " + rest);
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
