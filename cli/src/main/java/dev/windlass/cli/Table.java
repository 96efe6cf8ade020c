package dev.windlass.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows as lines of aligned columns, the first one in bold. */
final class Table {
    private Table() {
    }

    /** Prints all columns that the head has; {@code state} as in {@link #lines}. */
    static void print(List<String> head, List<List<String>> rows, int state, Terminal terminal) {
        List<List<String>> all = new ArrayList<>();
        all.add(head);
        all.addAll(rows);
        lines(all, head.size(), state, terminal).forEach(terminal::line);
    }

    /**
     * @param rows the head and what is below it; cells beyond the columns are left out
     * @param state the column that is coloured by the state it names; -1 for none
     */
    static List<String> lines(List<List<String>> rows, int columns, int state, Terminal terminal) {
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String cell = row.get(i) + " ".repeat(widths[i] - row.get(i).length());
                line.append(i == state && !lines.isEmpty() ? terminal.state(cell) : cell).append("  ");
            }
            String shown = line.toString().stripTrailing();
            lines.add(lines.isEmpty() ? terminal.styled(Terminal.Style.BOLD, shown) : shown);
        }
        return lines;
    }
}
