# Turns the text file IN into a C++ raw string literal in OUT.
file(READ ${IN} text)
string(LENGTH "${text}" length)
# Compilers limit one literal's length; adjacent literals are joined.
set(result "")
set(position 0)
while(position LESS length)
  string(SUBSTRING "${text}" ${position} 8000 piece)
  string(APPEND result "R\"tongguan(${piece})tongguan\"\n")
  math(EXPR position "${position} + 8000")
endwhile()
file(WRITE ${OUT} "${result}")
