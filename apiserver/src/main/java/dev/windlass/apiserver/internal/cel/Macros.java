package dev.windlass.apiserver.internal.cel;

import dev.cel.checker.CelCheckerBuilder;
import dev.cel.common.CelIssue;
import dev.cel.common.ast.CelExpr;
import dev.cel.compiler.CelCompilerLibrary;
import dev.cel.extensions.CelComprehensionsExtensions;
import dev.cel.parser.CelMacro;
import dev.cel.parser.CelMacroExprFactory;
import dev.cel.parser.CelParserBuilder;
import dev.cel.parser.CelStandardMacro;
import java.util.List;
import java.util.Optional;

/** The language's own macros, which refuse what they cannot expand in the words of the real server. Stateless. */
final class Macros {
    private static final String SIMPLE = "argument must be a simple name";
    private static final String IDENTIFIER = "argument is not an identifier";

    static final List<CelMacro> ALL = CelStandardMacro.STANDARD_MACROS.stream().map(Macros::checked).toList();

    private Macros() {
    }

    private static CelMacro checked(CelStandardMacro macro) {
        CelMacro definition = macro.getDefinition();
        if (macro == CelStandardMacro.HAS) {
            return CelMacro.newGlobalMacro(definition.getFunction(), 1,
                    (make, target, arguments) -> arguments.getFirst().getKind() == CelExpr.ExprKind.Kind.SELECT
                            ? definition.getExpander().expandMacro(make, target, arguments)
                            : refused(make, arguments.getFirst(), "invalid argument to has() macro"));
        }
        String problem = switch (macro) {
            case MAP, MAP_FILTER, FILTER -> IDENTIFIER;
            default -> SIMPLE;
        };
        return CelMacro.newReceiverMacro(definition.getFunction(), definition.getArgumentCount(),
                (make, target, arguments) -> arguments.getFirst().getKind() == CelExpr.ExprKind.Kind.IDENT
                        ? definition.getExpander().expandMacro(make, target, arguments)
                        : refused(make, arguments.getFirst(), problem));
    }

    /** A library whose macros may have two variables, which they must not call the same. */
    static CelCompilerLibrary ofPairs(CelComprehensionsExtensions library) {
        return new CelCompilerLibrary() {
            @Override
            public void setCheckerOptions(CelCheckerBuilder builder) {
                library.setCheckerOptions(builder);
            }

            @Override
            public void setParserOptions(CelParserBuilder builder) {
                builder.addMacros(library.macros().stream().map(Macros::ofPairs).toList());
            }
        };
    }

    private static CelMacro ofPairs(CelMacro macro) {
        return CelMacro.newReceiverMacro(macro.getFunction(), macro.getArgumentCount(), (make, target, arguments) -> {
            String first = arguments.get(0).identOrDefault().name();
            return first.isEmpty() || !first.equals(arguments.get(1).identOrDefault().name())
                    ? macro.getExpander().expandMacro(make, target, arguments)
                    : refused(make, arguments.get(1), "duplicate variable name: " + first);
        });
    }

    static Optional<CelExpr> refused(CelMacroExprFactory make, CelExpr argument, String problem) {
        return Optional.of(make.reportError(CelIssue.formatError(make.getSourceLocation(argument), problem)));
    }

    /** What its variable must be. */
    static Optional<CelExpr> notIdentifier(CelMacroExprFactory make, CelExpr argument) {
        return refused(make, argument, IDENTIFIER);
    }
}
