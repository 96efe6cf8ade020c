package dev.windlass.apiserver.internal.json;

import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.ScannerException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Text is no YAML, or none that could be told in JSON: the message is the real server's. */
public final class MalformedYamlException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedYamlException(String message) {
        super(message);
    }

    MalformedYamlException(String message, Throwable cause) {
        super(message, cause);
    }

    static MalformedYamlException of(YamlEngineException e) {
        String problem = switch (e) {
            case ReaderException _ -> "control characters are not allowed";
            case MarkedYamlEngineException marked -> where(marked) + problem(marked);
            default -> String.valueOf(e.getMessage());
        };
        return new MalformedYamlException("yaml: " + problem, e);
    }

    /** The real server counts lines from 1 where it finds words, and from 0 where it finds what they mean; the first one it does not tell. */
    private static String where(MarkedYamlEngineException e) {
        boolean atEnd = problemOf(e).contains("<stream end>") || problemOf(e).startsWith("could not find");
        int line = e.getProblemMark().map(mark -> line(mark, atEnd)).orElse(0);
        if (line == 0) {
            line = e.getContextMark().map(Mark::getLine).orElse(0);
        } else if (e instanceof ScannerException) {
            line++;
        }
        return line == 0 ? "" : "line " + line + ": ";
    }

    /** @param atEnd whether it may be at the end, which is in a line of its own, also when the last one has no end */
    private static int line(Mark mark, boolean atEnd) {
        boolean shifted = atEnd && mark.getColumn() > 0 && mark.getPointer() >= mark.getBuffer().length;
        return mark.getLine() + (shifted ? 1 : 0);
    }

    private static String problemOf(MarkedYamlEngineException e) {
        return e.getProblem() == null ? "" : e.getProblem();
    }

    private static String problem(MarkedYamlEngineException e) {
        String problem = problemOf(e);
        if (problem.endsWith("are not allowed here")) {
            return (problem.startsWith("sequence") ? "block " : "") + problem.replace("here", "in this context");
        }
        if (problem.contains("cannot start any token")) {
            return "found character that cannot start any token";
        }
        if (problem.startsWith("found unknown escape character")) {
            return "found unknown escape character";
        }
        if (problem.startsWith("expected <block end>")) {
            return String.valueOf(e.getContext()).endsWith("block mapping")
                    ? "did not find expected key"
                    : "did not find expected '-' indicator";
        }
        if (problem.startsWith("expected chomping")) {
            return "did not find expected comment or line break";
        }
        if (problem.startsWith("unexpected character found")) {
            return "did not find expected alphabetic or numeric character";
        }
        if (problem.startsWith("expected '<document start>'")) {
            return "did not find expected <document start>";
        }
        if (problem.startsWith("expected ") && problem.contains(", but ")) {
            return "did not find " + problem.substring(0, problem.indexOf(", but ")).replace("the node", "node")
                    .replace(" URI", " tag URI");
        }
        return problem;
    }
}
