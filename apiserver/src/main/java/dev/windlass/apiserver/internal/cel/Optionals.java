package dev.windlass.apiserver.internal.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelReference;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntimeBuilder;
import dev.cel.runtime.CelRuntimeLibrary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code value[?key]} of what only turns out to be a list or a map when it is evaluated, for which the library knows two
 * functions and takes neither. Stateless.
 */
final class Optionals implements CelRuntimeLibrary {
    private static final String ANY = "any_optindex_optional_value";

    /** The same tree, in which there is one function for all of them. */
    static CelAbstractSyntaxTree resolved(CelAbstractSyntaxTree tree) {
        Map<Long, CelReference> references = new HashMap<>(tree.getReferenceMap());
        references.replaceAll((_, each) -> isUndecided(each)
                ? CelReference.newBuilder().setName(each.name()).addOverloadIds(ANY).build()
                : each);
        return CelAbstractSyntaxTree.newCheckedAst(tree.getExpr(), tree.getSource(), references, tree.getTypeMap());
    }

    private static boolean isUndecided(CelReference reference) {
        return reference.overloadIds().size() > 1
                && reference.overloadIds().stream().allMatch(each -> each.contains("_optindex_optional_"));
    }

    @Override
    public void setRuntimeOptions(CelRuntimeBuilder builder) {
        builder.addFunctionBindings(CelFunctionBinding.from(ANY, Object.class, Object.class, Optionals::at));
    }

    private static Object at(Object container, Object key) {
        Object held = container instanceof Optional<?> optional ? optional.orElse(null) : container;
        return switch (held) {
            case List<?> list when key instanceof Number number -> {
                double index = number.doubleValue();
                boolean within = index >= 0 && index < list.size() && index == Math.rint(index);
                yield within ? Optional.of(list.get((int) index)) : Optional.empty();
            }
            case Map<?, ?> map -> Optional.ofNullable(map.get(key));
            case null, default -> Optional.empty();
        };
    }
}
