// The legal rules, one file each, in the order of the decision table. A rule
// looks at what is known and said so far and says its part; it reads no clock
// and stores nothing.
#ifndef TONGGUAN_GATEWAY_ENGINE_RULES_H_
#define TONGGUAN_GATEWAY_ENGINE_RULES_H_

#include "gateway/engine/weighing.h"

namespace tongguan::engine {

void WeighNotExport(Weighing& w);      // 0    不属于出境
void WeighSpecialRegime(Weighing& w);  // 1    专门制度
void WeighFactUnknown(Weighing& w);    // 2    事实不明
void WeighImportantData(Weighing& w);  // 3    重要数据
void WeighNoPiNoId(Weighing& w);       // 4    一般数据
void WeighTransit(Weighing& w);        // 5    过境数据
void WeighNoNecessity(Weighing& w);    // 6    缺乏必要性
void WeighArt10Duties(Weighing& w);    // 7    第十条义务
void WeighContract(Weighing& w);       // 8    订立履行合同
void WeighHr(Weighing& w);             // 8    人力资源管理
void WeighEmergency(Weighing& w);      // 8    紧急情况
void WeighLegalDuty(Weighing& w);      // 8b   法定职责义务
void WeighCiio(Weighing& w);           // 9    关键信息基础设施运营者
void WeighAssessmentOnFile(Weighing& w);  // 10   已通过安全评估
void WeighGeneralList(Weighing& w);       // 10b  一般数据清单
void WeighFtzOutside(Weighing& w);        // 11   负面清单外
void WeighFtzInScc(Weighing& w);  // 12   负面清单内（合同或认证）
void WeighFtzInSa(Weighing& w);   // 12   负面清单内（安全评估）
void WeighGbaSc(Weighing& w);     // 13   大湾区标准合同
void WeighSmallVolume(Weighing& w);  // 14   少量
void WeighSaVolume(Weighing& w);     // 15   达到安全评估数量
void WeighSccBand(Weighing& w);      // 16   合同或认证数量

}  // namespace tongguan::engine

#endif  // TONGGUAN_GATEWAY_ENGINE_RULES_H_
