package dev.windlass.cli;

import java.io.Console;
import java.io.PrintStream;

/** Where the user reads: lines, in colour when a terminal shows them. */
record Terminal(PrintStream out, boolean coloured) {
    enum Style {
        GREEN(32), YELLOW(33), RED(31), FAINT(2), BOLD(1);

        private final int code;

        Style(int code) {
            this.code = code;
        }
    }

    // From JDK 25 on the console is null again where there is no terminal.
    @SuppressWarnings("SystemConsoleNull")
    static Terminal standard() {
        Console console = System.console();
        String noColour = System.getenv("NO_COLOR");
        boolean coloured = console != null && console.isTerminal()
                && (noColour == null || noColour.isEmpty())
                && !"dumb".equals(System.getenv("TERM"));
        return new Terminal(System.out, coloured);
    }

    void line(String text) {
        out.println(text);
    }

    /** Whether lines do not arrive any more, for example since whoever read them has gone. */
    boolean broken() {
        return out.checkError();
    }

    String styled(Style style, String text) {
        return coloured && !text.isEmpty() ? "\u001b[" + style.code + "m" + text + "\u001b[0m" : text;
    }

    String state(String state) {
        return switch (state.strip()) {
            case "READY", "COMPLETED" -> styled(Style.GREEN, state);
            case "FAILED", "QUARANTINED" -> styled(Style.RED, state);
            case "STOPPED", "REMOVED", "NEW" -> styled(Style.FAINT, state);
            default -> styled(Style.YELLOW, state);
        };
    }
}
